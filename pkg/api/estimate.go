package api

// PathEstimate is the route on which POST of an ExecuteRequest answers Estimate: what a job would take, without submitting it.
const PathEstimate = "/v1/estimate"

// Estimate is what a job would take and whether it would be accepted now. It costs nothing.
type Estimate struct {
	Accepted bool     `json:"accepted"` // as a job now
	Refusal  *Problem `json:"refusal"`  // nil where it would be accepted

	NumQubits           int         `json:"num_qubits"` // declared
	NumClbits           int         `json:"num_clbits"` // in a key
	NumOperations       int         `json:"num_operations"`
	AfterSimplification CircuitSize `json:"after_simplification"`
	Shots               int         `json:"shots"`

	Method           string      `json:"method"` // "" where no method can run it
	Precision        string      `json:"precision"`
	EstimatedSeconds float64     `json:"estimated_seconds"`
	EstimatedBytes   int64       `json:"estimated_bytes"`
	Candidates       []Candidate `json:"candidates"` // every method, the best first
	Warnings         []string    `json:"warnings"`

	Tier       Tier  `json:"tier"`
	JobsToday  int   `json:"jobs_today"`
	DailyLimit Limit `json:"daily_limit"` // null is Unlimited
	ResetsAt   Time  `json:"resets_at"`
}

// CircuitSize is how large a circuit is.
type CircuitSize struct {
	Qubits     int `json:"qubits"`
	Operations int `json:"operations"`
}

// Candidate is a method that was considered.
type Candidate struct {
	Method           string  `json:"method"`
	Feasible         bool    `json:"feasible"`
	EstimatedSeconds float64 `json:"estimated_seconds"`
	EstimatedBytes   int64   `json:"estimated_bytes"`
	Reason           string  `json:"reason"` // why it was or was not taken
}
