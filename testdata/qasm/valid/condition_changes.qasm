// expect: 01=1
// The condition is asked again for each element: the first outcome ends it.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
x q;
if (c==0) measure q -> c;
