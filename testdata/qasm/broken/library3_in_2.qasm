OPENQASM 2.0;
include "stdgates.inc";
qreg q[1];
p(pi/2) q[0];
phase(pi/2) q[0];
