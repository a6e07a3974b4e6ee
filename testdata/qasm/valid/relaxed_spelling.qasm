// expect: 11=1
include 'qelib1.inc';
/* what people write: no version line, a comment like this one, */
qreg Q[2];
creg _c[02];
;
rx(31.41592653589793e-1) Q[0];
rx(2**0*π,) Q[1],;
barrier;
_c = measure Q;
