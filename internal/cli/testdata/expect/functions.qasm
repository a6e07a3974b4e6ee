OPENQASM 3;
include "stdgates.inc";
def pair(qubit[2] q) { h q[0]; cx q[0], q[1]; }
def test_pair() {
  //% shots 4096
  //% seed 42
  //% backend ideal
  qubit[2] q;
  bit[2] m;
  pair(q);
  m = measure q;
  //% expect distribution ref {"00": 0.5, "11": 0.5}
  //% expect distribution total_variation_distance <= 0.05
  //% expect marginal m[0] p1 ~= 0.5 atol=0.05
}
def test_one_of_two() {
  qubit[2] q;
  bit[2] m;
  x q[1];
  m = measure q;
  //% expect allowed "01"
}
