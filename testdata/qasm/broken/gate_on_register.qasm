OPENQASM 3.0;
include "stdgates.inc";
gate ghz q[3] { h q[0]; cx q[0], q[1]; }
gate ghz2(qubit[3] q) { h q[0]; }
gate ghz3 { h q; }
