OPENQASM 3.0;
include "stdgates.inc";
qubti[2] q;
bit[2] c;
measrue q[0] -> c[0];
c = mesure q;
barier q;
rest q[0];
