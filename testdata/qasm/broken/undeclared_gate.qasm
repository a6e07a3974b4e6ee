OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
cnot q[0], q[1];
hadamard q[0];
