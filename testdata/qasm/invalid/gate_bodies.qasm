OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
gate a(t) x { rx(t) y; rx(s) x; h x[0]; cx x,q; }
gate b x { measure x -> c; if (c==1) h x; h x; }
gate d x { d x; }
gate e(t,t) x,t { h t; }
gate f(t) { }
