OPENQASM 3.0;
qubit q;
h q;
include "stdgates.inc";
