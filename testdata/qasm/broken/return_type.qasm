OPENQASM 3.0;
def f(int[8] n) -> int[8] {
  return n * 2
}
def g(n) { }
int[8] x = f(1, 2);
