// expect: 01_10=1
OPENQASM 2.0;
include "qelib1.inc";
qreg q[3];
creg a[2];
creg b[2];
x q[1];
measure q[1] -> a[1];
if (a==2) x q[2];
if (a==1) x q[2];
if (a==7) reset q[2];
if (b==0) measure q[2] -> b[0];
