// expect: 1=1
// A phase under control is physics: cu with angle 0 and phase pi is z on the control.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[1];
h q[0];
cu(0,0,0,pi) q[0],q[1];
h q[0];
measure q[0] -> c[0];
