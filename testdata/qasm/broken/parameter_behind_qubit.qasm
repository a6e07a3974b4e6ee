OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
rx q[0], pi/2;
rx q[0] (pi/2);
rx(q[0], pi/2);
