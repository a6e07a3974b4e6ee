// Teleportation of a qubit that is 1 with probability 1/4, with corrections that depend on two measurements.
// outcomes: 0 0 0 3/16, 0 0 1 3/16, 0 1 0 3/16, 0 1 1 3/16, 1 0 0 1/16, 1 0 1 1/16, 1 1 0 1/16, 1 1 1 1/16
OPENQASM 2.0;
include "qelib1.inc";

qreg message[1];
qreg pair[2];
creg phase[1];
creg flip[1];
creg out[1];

ry(pi/3) message[0];

h pair[0];
cx pair[0], pair[1];

cx message[0], pair[0];
h message[0];
measure message[0] -> phase[0];
measure pair[0] -> flip[0];

if (flip == 1) x pair[1];
if (phase == 1) z pair[1];
measure pair[1] -> out[0];
