// Ripple-carry addition (Cuccaro, Draper, Kutin and Moulton, quant-ph/0410184): 11 + 6 = 17.
// outcomes: 10001 1
OPENQASM 2.0;
include "qelib1.inc";

gate majority a, b, c {
  cx c, b;
  cx c, a;
  ccx a, b, c;
}

gate unmajority a, b, c {
  ccx a, b, c;
  cx c, a;
  cx a, b;
}

qreg carry[1];
qreg a[4];
qreg b[4];
qreg over[1];
creg sum[5];

x a[0];
x a[1];
x a[3];
x b[1];
x b[2];

majority carry[0], b[0], a[0];
majority a[0], b[1], a[1];
majority a[1], b[2], a[2];
majority a[2], b[3], a[3];
cx a[3], over[0];
unmajority a[2], b[3], a[3];
unmajority a[1], b[2], a[2];
unmajority a[0], b[1], a[1];
unmajority carry[0], b[0], a[0];

measure b[0] -> sum[0];
measure b[1] -> sum[1];
measure b[2] -> sum[2];
measure b[3] -> sum[3];
measure over[0] -> sum[4];
