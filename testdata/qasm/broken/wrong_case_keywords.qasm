OPENQASM 3.0;
include "stdgates.inc";
Qubit[2] q;
Bit[2] c;
If (c[0]) { x q[1]; }
