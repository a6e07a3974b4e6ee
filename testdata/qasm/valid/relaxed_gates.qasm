// expect: 11=1
// A library gate without its include line, gates and functions that only tools know, a register with the name of a gate.
OPENQASM 2.0;
qreg x[2];
creg c[2];
x x[0];
iswap x[0],x[1];
rx(acos(-1)) x[0];
measure x[0] -> c[0];
measure x[1] -> c[1];
