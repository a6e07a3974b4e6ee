OPENQASM 3.0;
bool b = true;
int a = b ? 1 : 2;
