OPENQASM 2.0;
include "qelib1.inc";
qreg a[2];
qreg b[3];
creg c[3];
cx a,b;
measure a -> c;
measure a -> c[0];
h b[3];
