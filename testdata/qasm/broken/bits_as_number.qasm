OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c = 3;
uint[2] n = c;
if (c > 1) x q[0];
