OPENQASM 3.0;
qubit[2] q;
int n = 3;
ctrl @ U(0, 0, pi / (n - 3.0)) q[0], q[1];
