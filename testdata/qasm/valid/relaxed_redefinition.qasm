// expect: 0=1
// A library gate that the program defines again is the program's from there on.
OPENQASM 2.0;
include "qelib1.inc";
gate x a { U(0,0,0) a; }
qreg q[1];
creg c[1];
x q[0];
if (c != 1) x q[0];
if (c[0] == 0) barrier q;
measure q[0] -> c;
