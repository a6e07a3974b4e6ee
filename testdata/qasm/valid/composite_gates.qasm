// expect: 11=1
// rccx and rc3x have no matrix in the table; they are expanded.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[6];
creg c[2];
x q[0];
x q[1];
x q[2];
rccx q[0],q[1],q[4];
rc3x q[0],q[1],q[2],q[5];
measure q[4] -> c[0];
measure q[5] -> c[1];
