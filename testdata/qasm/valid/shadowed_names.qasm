// expect: 1=1
// Parameters and qubits of a gate are a space of their own.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[1];
creg c[1];
gate g(rx,x) q { rx(rx) q; u1(x) q; }
g(pi,1.5) q[0];
measure q -> c;
