OPENQASM v3.0;
qubit q;
