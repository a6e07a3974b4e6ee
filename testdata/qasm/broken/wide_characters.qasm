OPENQASM 3.0;
include "stdgates.inc";
qubit q;
/* 量子ビット */ hh q; // 注释
