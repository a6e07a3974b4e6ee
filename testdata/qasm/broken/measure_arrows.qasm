OPENQASM 3.0;
include "stdgates.inc";
qubit q;
bit c;
measure q => c;
c <- measure q;
measure c -> q;
