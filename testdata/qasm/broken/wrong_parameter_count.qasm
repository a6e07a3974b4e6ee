OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
rx q[0];
h(pi) q[0];
u3(1, 2) q[0];
cx q[0];
