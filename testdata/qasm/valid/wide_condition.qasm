// expect: 1_10000000000000000000000000000000000000000000000000000000000000000000000=1
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[71];
creg d[1];
x q[0];
measure q[0] -> c[70];
if (c==1180591620717411303424) x q[1];
measure q[1] -> d[0];
