OPENQASM 3.0;
input angle[16] theta;
input int[8] steps;
output bit result;
qubit q;
U(theta, 0, 0) q;
result = measure q;
