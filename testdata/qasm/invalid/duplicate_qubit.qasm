OPENQASM 2.0;
include "qelib1.inc";
qreg q[3];
qreg r[3];
cx q[1],q[1];
cx q,q[0];
ccx q,r,q;
gate g a,b { cx a,a; }
