OPENQASM 2.0;
include "qelib1.inc";
Qreg q[2];
CREG c[2];
H q[0];
Cx q[0],q[1];
Measure q[0] -> c[0];
MEASURE q[1] -> c[1];
