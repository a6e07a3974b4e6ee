OPENQASM 2.0;
include "absent.inc";
include "included/cycle.inc";
include "";
qreg q[1];
