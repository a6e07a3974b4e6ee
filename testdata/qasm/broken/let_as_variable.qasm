OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
let x1 = 5;
let y;
let z: int = 3;
var w = 3;
auto v = 3;
