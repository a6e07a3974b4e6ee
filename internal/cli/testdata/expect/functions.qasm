OPENQASM 2.0;
include "qelib1.inc";
gate pair a, b { h a; cx a, b; }
def test_pair() {
  //% shots 4096
  //% seed 42
  //% backend ideal
  qreg q[2];
  creg m[2];
  pair q[0], q[1];
  measure q -> m;
  //% expect distribution ref {"00": 0.5, "11": 0.5}
  //% expect distribution total_variation_distance <= 0.05
  //% expect marginal m[0] p1 ~= 0.5 atol=0.05
}
def test_one_of_two() {
  qreg q[2];
  creg m[2];
  x q[1];
  measure q -> m;
  //% expect allowed "01"
}
