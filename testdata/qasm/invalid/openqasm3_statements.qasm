OPENQASM 2.0;
include "qelib1.inc";
qreg q[3];
qubit r;
bit[2] b;
ctrl @ x q[0],q[1];
x q[0:1];
for int i in [0:2] { h q[i]; }
float f = 1.0;
rx(5 % 3) q[0];
rx(1 < 2) q[0];
rx(!1) q[0];
