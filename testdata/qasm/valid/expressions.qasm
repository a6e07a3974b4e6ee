// expect: 1111=1
OPENQASM 2.0;
include "qelib1.inc";
qreg q[4];
creg c[4];
rx(-(-pi)) q[0];
rx(2^-1*2*pi) q[1];
rx(ln(exp(1))*pi+sin(0)) q[2];
rx(sqrt(4)*.5*pi/1.0e0-cos(pi/2)*0-tan(0)) q[3];
measure q -> c;
