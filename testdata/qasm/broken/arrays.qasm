OPENQASM 3.0;
array[int[32], 3] a = {1, 2};
array[int[32], 2, 2] m = {1, 2, 3, 4};
int[32] x = m[0];
int[32] y = a[3];
array[int[32]] b;
array[3, int] d;
int[32] e[3];
int f = {1, 2};
