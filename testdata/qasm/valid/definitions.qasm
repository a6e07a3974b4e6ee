// expect: 11=1
OPENQASM 2.0;
include "qelib1.inc";
gate nop a { }
gate turn(angle) a { rx(2*angle/2) a; barrier a; }
gate both(angle,other) a,b { nop a; turn(angle) a; turn(other^1) b; }
gate flip() a { U(pi,0,pi) a; }
qreg q[2];
creg c[2];
both(pi,0) q[0],q[1];
flip q[1];
measure q -> c;
