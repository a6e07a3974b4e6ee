// strict
OPENQASM 3.1;
qubit[2] q;
bit[2] c;
h q[0];
if (c == 1) { U(0, 0, 0) q[1]; }
int[8] i = 5;
int[8] masked = i & 3;
int unsized = 1;
bit low = unsized[0];
angle[8] a = 1;
switch (c) { case 1 { } }
