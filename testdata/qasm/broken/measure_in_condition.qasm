OPENQASM 3.0;
include "stdgates.inc";
qubit q;
h q;
if (measure q) x q;
