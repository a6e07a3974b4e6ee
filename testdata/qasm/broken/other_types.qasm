OPENQASM 3.0;
string s = "hello";
char c = 'a';
double d = 1.0;
void f() { }
boolean b = True;
bool b2 = True;
qubits[2] q;
long n = 1;
