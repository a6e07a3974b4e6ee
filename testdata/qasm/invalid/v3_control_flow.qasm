OPENQASM 3.0;
qubit q;
int i = 0;
float f = 0.5;
break;
continue;
for int k in [0:] { }
for int k in [0:0:5] { }
for int k in [0.5:2] { }
for int k in f { }
for qubit k in {1, 2} { }
while (q) { }
if (f = 1) { }
switch (f) { case 1 { } }
switch (i) { case 1, 1 { } case f { } }
switch (i) { default { } case 2 { } }
end
