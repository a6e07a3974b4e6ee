OPENQASM 3.0;
# make a Bell pair
include "stdgates.inc";
qubit[2] q;
h q[0];  # superposition
cx q[0], q[1];
