// How alike are two states? 0 with probability (1 + overlap)/2; here the overlap of |0> and |+>, which is 1/2.
// outcomes: 0 3/4, 1 1/4
OPENQASM 2.0;
include "qelib1.inc";

qreg judge[1];
qreg a[1];
qreg b[1];
creg c[1];

h b[0];

h judge[0];
cswap judge[0], a[0], b[0];
h judge[0];
measure judge[0] -> c[0];
