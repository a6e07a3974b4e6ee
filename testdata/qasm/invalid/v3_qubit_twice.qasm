OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
let a = q[0:1];
cx q[0], q[0];
cx q[1], a[1];
cx q, q[2];
ctrl(2) @ x q[0], q[1], q[0];
def pair(qubit s, qubit t) { cx s, t; }
pair(q[2], q[2]);
