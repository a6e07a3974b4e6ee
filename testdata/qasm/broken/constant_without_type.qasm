OPENQASM 3.0;
const n = 4;
const int m;
qubit[n] q;
