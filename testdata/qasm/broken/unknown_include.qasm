OPENQASM 3.0;
include "stdgate.inc";
qubit q;
h q;
