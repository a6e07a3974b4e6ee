OPENQASM 3.0;
include "stdgates.inc";
gate prepare a {
  qubit[2] work;
  h a;
}
qubit q;
prepare q;
