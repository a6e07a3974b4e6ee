OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[1];
cx q[1], q[0];
measure q -> c;
//% expect probability "11" ~= 0.5 atol=0.001
//% expect forbidden "01" "10"
