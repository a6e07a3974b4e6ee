OPENQASM 2.0;
include "qelib1.inc";
qreg q[3];
creg c[3];
def qft(qubit[3] q) {
  h q[0];
  cp(pi/2) q[1], q[0];
}
qft(q);
for i in 0..2 { h q[i]; }
measure q[0:2] -> c[0:2];
mcx q[0],q[1],q[2];
