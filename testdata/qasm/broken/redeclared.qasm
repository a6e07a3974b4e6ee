OPENQASM 3.0;
int i = 1;
int i = 2;
float q;
qubit[2] q;
