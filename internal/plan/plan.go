// Package plan decides how a circuit is run: which engine, which precision, how much memory and time. It is pure: it sees a
// request, the machine's limits and what each engine says of itself, and imports no engine. A Plan is data: printable, testable,
// stored with a job.
package plan

import "github.com/softquantus/qcos/internal/sim"

// Machine is what a run may use.
type Machine struct {
	Memory  int64 // bytes
	Threads int
}

// Candidate is an engine that was considered.
type Candidate struct {
	Method    string  `json:"method"`
	Feasible  bool    `json:"feasible"`
	Seconds   float64 `json:"estimated_seconds"` // 0 where not feasible
	Bytes     int64   `json:"estimated_bytes"`
	Reason    string  `json:"reason"` // why it was or was not taken
	precision sim.Precision
}

// Plan is the decision.
type Plan struct {
	Method     string
	Precision  sim.Precision
	Seconds    float64
	Bytes      int64
	Candidates []Candidate // every engine, the chosen one first
	Warnings   []string
}
