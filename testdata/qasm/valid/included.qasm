// expect: 11=1
OPENQASM 2.0;
include "included/pair.inc";
qreg q[2];
creg c[2];
pair q[0],q[1];
measure q -> c;
