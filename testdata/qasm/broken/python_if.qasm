OPENQASM 3.0;
include "stdgates.inc";
qubit q;
bit c;
c = measure q;
if c == 1:
    x q;
else:
    z q;
