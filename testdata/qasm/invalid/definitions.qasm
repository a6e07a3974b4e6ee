OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg q[2];
gate g a { h a; }
gate g a { x a; }
gate U(a,b,c) q { }
opaque o a;
o q[0];
h g;
q q[0];
