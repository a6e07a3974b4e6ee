OPENQASM 2.0;
include “qelib1.inc”;
qreg q[2];
h q[0]; # a comment
rx(1 − 2) q[0];
x $0;
rx(1e) q[0];
include "qelib1.inc;
