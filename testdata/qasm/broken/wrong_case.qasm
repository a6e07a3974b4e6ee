OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
H q[0];
CNOT q[0], q[1];
RX(pi/2) q[0];
Measure q[0] -> c[0];
c = Measure q;
