// expect: 0_=1
OPENQASM 2.0;
include "qelib1.inc";
qreg none[0];
creg nothing[0];
qreg q[1];
creg c[1];
h none;
cx none,q[0];
measure none -> nothing;
measure q -> c;
