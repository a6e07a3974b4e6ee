OPENQASM 2.0;
include "qelib1.inc";
qreg q[1];
rx(1/0) q[0];
rx(ln(0)) q[0];
rx(sqrt(1-2)) q[0];
rx((-8)^(1/3)) q[0];
rx(exp(1000)) q[0];
