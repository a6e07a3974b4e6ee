OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
if (c = 1) x q[0];
if (c == -1) x q[0];
if (q == 1) x q[0];
if (c == 1) { x q[0]; }
if (c == 1) if (c == 1) x q[0];
if (c == 1.5) x q[0];
if c == 1 x q[0];
x q[0];
