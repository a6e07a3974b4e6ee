OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
cnot q[0],q[1];
H q[0];
cxx q[0],q[1];
mygate q[0];
