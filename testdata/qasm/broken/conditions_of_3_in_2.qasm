OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
if (c==1 && c==2) x q[0];
if (c[0]==1) x q[0];
if (c>1) x q[0];
if (1==c) x q[0];
if (c==1) x q[0]; else z q[0];
