// The phase 5/16 of a gate, read with four qubits.
// outcomes: 0101 1
OPENQASM 2.0;
include "qelib1.inc";

qreg count[4];
qreg state[1];
creg c[4];

x state[0];
h count;

cu1(2*pi*5/16) count[0], state[0];
cu1(4*pi*5/16) count[1], state[0];
cu1(8*pi*5/16) count[2], state[0];
cu1(16*pi*5/16) count[3], state[0];

swap count[0], count[3];
swap count[1], count[2];
h count[0];
cu1(-pi/2) count[0], count[1];
h count[1];
cu1(-pi/4) count[0], count[2];
cu1(-pi/2) count[1], count[2];
h count[2];
cu1(-pi/8) count[0], count[3];
cu1(-pi/4) count[1], count[3];
cu1(-pi/2) count[2], count[3];
h count[3];

measure count -> c;
