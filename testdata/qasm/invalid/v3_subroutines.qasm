OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
array[int[8], 3] values = {1, 2, 3};
def add(int[8] a, int[8] b) -> int[8] { return a + b; }
def flip(qubit t) { x t; }
def fill(mutable array[int[8], 3] a) { a[0] = 1; }
def read(readonly array[int[8], #dim = 1] a) -> int[8] { a[0] = 1; return a[0]; }
def nothing() { return; }
def promise() -> bit { return; }
int[8] total = 0;
total = add(1);
total = add(1, 2, 3);
total = add(q, 1);
flip(q);
flip(total);
fill(total);
total = nothing();
total = flip(q[0]) + 1;
return total;
extern chip(int) -> int;
total = chip(1);
