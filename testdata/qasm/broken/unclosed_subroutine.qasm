OPENQASM 3.0;
include "stdgates.inc";
def f(qubit q) {
  h q;

qubit[2] r;
f(r[0]);
def g(qubit q) {
  x q;
}
