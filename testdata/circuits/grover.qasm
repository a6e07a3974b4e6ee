// Two rounds of Grover search for 101 among eight.
// outcomes: 101 121/128, 000 1/128, 001 1/128, 010 1/128, 011 1/128, 100 1/128, 110 1/128, 111 1/128
OPENQASM 2.0;
include "qelib1.inc";

gate oracle a, b, c {
  x b;
  h c;
  ccx a, b, c;
  h c;
  x b;
}

gate diffuse a, b, c {
  h a; h b; h c;
  x a; x b; x c;
  h c;
  ccx a, b, c;
  h c;
  x a; x b; x c;
  h a; h b; h c;
}

qreg q[3];
creg c[3];

h q;
oracle q[0], q[1], q[2];
diffuse q[0], q[1], q[2];
oracle q[0], q[1], q[2];
diffuse q[0], q[1], q[2];
measure q -> c;
