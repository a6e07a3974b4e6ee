OPENQASM 2.0;
include "qelib1.inc";
qerg q[2];
crge c[2];
measrue q[0] -> c[0];
barier q;
hh q[0];
