// expect: 01_11=1
// Conditions on one bit and with !=.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[4];
creg c[2];
creg d[2];
x q[0];
measure q[0] -> c[0];
measure q[1] -> c[1];
if (c != 1) x q[2];
if (c != 2) x q[2];
if (c[0] != 0) x q[1];
if (c[1] == 1) x q[3];
measure q[1] -> c[1];
if (c[1] != 1) x q[3];
measure q[2] -> d[0];
measure q[3] -> d[1];
