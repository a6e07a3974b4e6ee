// Is the function x0 xor x1 x2 constant? The answer would be 000; a balanced function never gives it.
// outcomes: 001 1/4, 011 1/4, 101 1/4, 111 1/4
OPENQASM 2.0;
include "qelib1.inc";

qreg data[3];
qreg answer[1];
creg c[3];

x answer[0];
h answer[0];
h data;

cx data[0], answer[0];
ccx data[1], data[2], answer[0];

h data;
measure data -> c;
