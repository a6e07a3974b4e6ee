OPENQASM 3.0;
int zero = 0;
int x = 7;
for int i in [0:4] {
  x += i;
}
x = x / zero;
