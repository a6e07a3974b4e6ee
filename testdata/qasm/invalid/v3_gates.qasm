OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit c;
gate loop a { loop a; }
gate look a { measure a -> c; reset a; }
gate part a { h a[0]; cx a, q[1]; x $0; }
gate twice a { cx a, a; }
gate first a { second a; }
gate second a { h a; }
gate both(t, t) a, a { rx(t) a; }
ctrl(0) @ x q[0];
ctrl(c) @ x q[0], q[1];
ctrl @ x q[0];
pow("1") @ x q[0];
inv @ measure_it q[0];
gphase(pi, 2);
gate half a { pow(true) @ x a; ctrl(0.5) @ x a; rx(10ns) a; }
