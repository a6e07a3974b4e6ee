OPENQASM 3.0;
bit[4] a = "0102";
bit[4] b = "010";
bit[4] c = 0b0101;
bit[4] d = 5;
bit e = "1";
bit[2] f = '01';
bit[2] g = {0, 1};
bit h2 = 2;
