OPENQASM 3.0;
include "stdgates.inc";
qubit[4] q;
float level = 1.5;
h q[level];
for float f in [0:3] { h q[f]; }
