// expect: 0=1
OPENQASM 2.0;
include "qelib1.inc";
qreg q[1];
creg c[1];
h q;
reset q;
measure q -> c;
