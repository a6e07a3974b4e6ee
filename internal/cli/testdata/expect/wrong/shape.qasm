OPENQASM 2.0;
qreg q[1];
creg c[1];
//% expect allowed "00"
measure q -> c;
