OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit c;
ctrl @ measure q[0], q[1];
pow(2) @ c = measure q[0];
inv @ reset q[0];
ctrl @ barrier q;
