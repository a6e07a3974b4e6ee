OPENQASM 3.0;
gate turn(angle theta) qubit q {
  U(theta, 0, 0) q;
}
