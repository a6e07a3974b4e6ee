OPENQASM 3.0;
include "stdgates.inc";
qubit[4] q;
for (int i = 0; i < 4; i++) {
  h q[i];
}
