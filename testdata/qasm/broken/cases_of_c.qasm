OPENQASM 3.0;
include "stdgates.inc";
qubit q;
int i = 1;
switch (i) {
  case 0: x q; break;
  case 1: { y q; }
  default: z q;
}
