// a program of version 2, laid out badly
OPENQASM 2.0;include "qelib1.inc";
  gate g(a,b)p,q{U(a/2,-b^2,sin(a)+1)p;barrier p,q;// note
CX p,q;}
opaque o(t)p ;
qreg q[2]; creg c[2];



if(c==1)x q[0];
rx( -pi/2+3*(1-2) ) q [ 0 ] ;
measure q->c;
cx q[0],
q[1];
/* the
     end */
