/* head */ OPENQASM 3.0;   // version
include   "stdgates.inc";


// two
qubit [2*n+1]  q;bit[4]c="01_10";
const  uint[8] n=0xFF ;
array[ int[8] ,2,3]a={{1,2,3},
{4,5,6,}};
let r=q[0 : 2:6]++q[{1,3}];
a [0:n-1,2] [3]+=b[i] [ : , -1];
duration d=100 ns+2us;
gate g(a,b)p,q{U(a/2,-b*2,0)p;ctrl(2)@pow(1/2)@x p,q;}
gate e p { }
if(c==1&&!b){x q;// trailing
y q;

// own line

}
else if(c!=2)z q[0];
else{ }
for uint i in[0:n-1]h q[i];
for int j in {1,2}{ x q[j];continue ; }
switch(i){case 1,2{x q;}default{y q;}}
def f(int[8]a,readonly array[int[8],#dim=2]m)->bit{return measure q[0];}
@ann  x   y
@other
x q;
pragma   foo bar
cal {
   play(a) { b }
 }
defcal rz(angle[20] t)q{ x }
delay [ 10 ns ] q;
x   = (a+b)*c**2-~d<<3;
y = int[8] (a)[0]+f (1 , 2)  ;
box[10ns]{nop q;}
z = durationof({x q;y q;});
rx(pi/2 + 1,
   2) q[0], // first
   q[1];
measure q->c;   c[0]=measure q[0];
while(i<10){i+=1;if(i==3)break;}
x q[i+1], q[-1];
f();
{x q;}
