OPENQASM 3.0;
include "stdgates.inc";
qubit[4] q;
int zero = 0;
int value = 7;
for int i in [0:4] {
  h q[i];
}
value = value / zero;
