OPENQASM 3.0;
include "stdgates.inc";

qubit[3] q;
bit[3] c;

// Oracle
def oracle(qubit[3] q) {
  for int i in 0..2 {
    x q[i];
  }
}

oracle(q);
reset_all q;
measure q[0:2] -> c[0:2];
