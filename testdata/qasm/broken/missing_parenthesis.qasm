OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
rx(pi/2 q[0];
ry pi/2) q[0];
rz[pi/2] q[0];
