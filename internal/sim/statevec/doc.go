// Package statevec simulates by keeping all 2^n amplitudes: any circuit of as many qubits as memory holds, exactly.
//
// Operations go through four steps. Lowering (lower.go) turns ops into matrices and phases on bit positions; swaps only relabel
// positions. Fusion (fuse.go, phases.go) merges neighbours into matrices of one or two qubits and diagonals into tables of
// phases, and finds out what structure the products have. Scheduling (schedule.go) gathers long runs of operations that mix
// only a few positions into sweeps: a sweep brings the state through the cache once, chunk by chunk, and applies the whole run
// to each chunk (execute.go). Package kernel has the loops that do the arithmetic.
//
// Branching on measurements is package branch's; this package knows one state at a time. It knows no source language and
// decides nothing about methods.
package statevec
