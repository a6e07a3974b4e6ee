// expect: 1111=1
OPENQASM 2.0;
include "qelib1.inc";
qreg a[1];
qreg b[3];
creg c[4];
x a;
cx a[0],b;
measure a[0] -> c[0];
measure b[0] -> c[1];
measure b[1] -> c[2];
measure b[2] -> c[3];
