// The bit-flip code repairs an error on its middle qubit; the data is 1 with probability 1/4.
// outcomes: 0 10 3/4, 1 10 1/4
OPENQASM 2.0;
include "qelib1.inc";

qreg data[3];
qreg check[2];
creg syndrome[2];
creg out[1];

ry(pi/3) data[0];
cx data[0], data[1];
cx data[0], data[2];

x data[1];

cx data[0], check[0];
cx data[2], check[0];
cx data[1], check[1];
cx data[2], check[1];
measure check -> syndrome;

if (syndrome == 1) x data[0];
if (syndrome == 2) x data[1];
if (syndrome == 3) x data[2];

cx data[0], data[2];
cx data[0], data[1];
measure data[0] -> out[0];
