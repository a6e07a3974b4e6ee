// strict
include 'qelib1.inc';
/* comment */
qreg Q[02];
creg c[2];
;
rx(1e3) Q[0];
rx(2**0*π,) Q[1],;
barrier;
c = measure Q;
iswap Q[0],Q[1];
gate x a { }
if (c != 1) h Q[0];
if (c[0] == 1) barrier Q;
rx(acos(1)) Q[0];
include "qelib1.inc";
qreg h[1];
