// expect: 0=1
// An opaque gate may be declared; only applying it is impossible.
OPENQASM 2.0;
opaque black(a,b) q,r;
qreg q[1];
creg c[1];
measure q -> c;
