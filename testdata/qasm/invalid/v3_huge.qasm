OPENQASM 3.0;
int[1000000] a;
bit[1000000000] b;
array[int, 100000, 100000] c;
qubit[5000000000] q;
qubit[100000000] r;
U(0, 0, 0) r;
