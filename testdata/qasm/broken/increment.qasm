OPENQASM 3.0;
int i = 0;
while (i < 3) {
  i++;
}
