// The phase 5/8 of a gate, read bit by bit with one qubit that is reset and corrected.
// outcomes: 1 0 1 1
OPENQASM 2.0;
include "qelib1.inc";

qreg count[1];
qreg state[1];
creg c0[1];
creg c1[1];
creg c2[1];

x state[0];

h count[0];
cu1(8*pi*5/8) count[0], state[0];
h count[0];
measure count[0] -> c0[0];
reset count[0];

h count[0];
cu1(4*pi*5/8) count[0], state[0];
if (c0 == 1) u1(-pi/2) count[0];
h count[0];
measure count[0] -> c1[0];
reset count[0];

h count[0];
cu1(2*pi*5/8) count[0], state[0];
if (c0 == 1) u1(-pi/4) count[0];
if (c1 == 1) u1(-pi/2) count[0];
h count[0];
measure count[0] -> c2[0];
