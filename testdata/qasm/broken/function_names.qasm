OPENQASM 3.0;
include "stdgates.inc";
qubit q;
rx(acos(0)) q;
rx(ln(2)) q;
rx(pow(2, 3)) q;
rx(np.pi / 2) q;
