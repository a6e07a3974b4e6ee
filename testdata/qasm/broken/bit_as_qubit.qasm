OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h c[0];
cx c[0], q[1];
