OPENQASM 3.0;
include "stdgates.inc";
qubit[4] q;
for i in range(4) { h q[i]; }
