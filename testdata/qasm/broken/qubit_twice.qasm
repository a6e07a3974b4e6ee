OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
cx q[1], q[1];
int i = 0;
cx q[i], q[0];
