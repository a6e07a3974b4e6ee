OPENQASM 3.0;
include "stdgates.inc";
qubit q;
bit c;
do { h q; c = measure q; } while (c == 0);
