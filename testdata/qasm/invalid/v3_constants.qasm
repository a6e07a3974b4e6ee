OPENQASM 3.0;
const int size = 3;
int length = 3;
qubit[length] q;
const int copy = length;
size = 4;
size += 1;
const float third = 1 / 0;
array[int, length] a;
def f() -> int { return 1; }
const int one = f();
