// A hidden string, 10110, found with one question.
// outcomes: 10110 1
OPENQASM 2.0;
include "qelib1.inc";

qreg data[5];
qreg answer[1];
creg c[5];

x answer[0];
h answer[0];
h data;

cx data[1], answer[0];
cx data[2], answer[0];
cx data[4], answer[0];

h data;
measure data -> c;
