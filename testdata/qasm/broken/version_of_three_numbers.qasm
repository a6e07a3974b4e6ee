OPENQASM 3.1.0;
include "stdgates.inc";
qubit q;
h q;
