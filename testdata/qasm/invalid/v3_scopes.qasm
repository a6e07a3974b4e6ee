OPENQASM 3.0;
include "stdgates.inc";
qubit q;
int count = 0;
int count = 1;
int h = 2;
float pi = 3.0;
for int i in [0:3] { int inner = i; }
count = i;
count = inner;
def next() -> int { return count + 1; }
gate turn a { rx(count) a; h q; }
def outer() { def inside() { } }
if (true) { qubit extra; include "stdgates.inc"; }
