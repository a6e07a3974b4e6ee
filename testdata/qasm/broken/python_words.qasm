OPENQASM 3.0;
include "stdgates.inc";
qubit q;
bit a;
bit b;
if (a and not b) { x q; }
elif (a or b) { y q; }
