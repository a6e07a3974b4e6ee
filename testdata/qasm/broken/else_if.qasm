OPENQASM 3.0;
include "stdgates.inc";
qubit q;
bit[2] c;
if (c[0]) { x q; } elif (c[1]) { y q; } else { z q; }
