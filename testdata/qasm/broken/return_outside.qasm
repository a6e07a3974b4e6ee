OPENQASM 3.0;
int a = 1;
return a;
break;
continue;
