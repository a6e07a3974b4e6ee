OPENQASM 3.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
opaque magic a, b;
u3(0.1, 0.2, 0.3) q[0];
if (c == 1) x q[1];
measure q -> c;
