OPENQASM 2.0;
include "qelib1.inc";
qreg q[1];
gate h2(a,b) x { rx(a/b) x; }
gate g(a,b) x { h2(a,b-1) x; }
g(1,2) q[0];
g(1,1) q[0];
