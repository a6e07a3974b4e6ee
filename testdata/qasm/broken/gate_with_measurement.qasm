OPENQASM 2.0;
include "qelib1.inc";
qreg q[1];
creg c[1];
gate mz a { h a; measure a -> c[0]; }
gate idx a { h a[0]; }
gate other a { h q[0]; }
