OPENQASM 2.0;
include "qelib1.inc";
qubit[2] q;
bit[2] c;
h q[0];
ctrl @ x q[0], q[1];
c = measure q;
