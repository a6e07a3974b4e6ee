OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
gate bell q0, q1 {
  h q0;
  cx q0, q1
}
bell q;
bell(q[0], q[1]);
c = measure_all(q);
output c;
