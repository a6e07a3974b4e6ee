OPENQASM 3.0;
int a[3] = {1, 2, 3};
array<int, 3> b;
list c = [1, 2, 3];
