OPENQASM 2.0;
include "qelib1.inc";
qreg qubits[2];
creg c[2];
h quibts[0];
measure q[0] -> c[0];
measure qubits[0] -> c[2];
measure c[0] -> qubits[0];
