package api

// DefaultShots are those of a request that names none.
const DefaultShots = 1024

// MaxJobIDLength is how many characters a job's id has at most.
const MaxJobIDLength = 128

// ValidJobID tells whether id can be the id of a job: one to MaxJobIDLength letters of ASCII, digits, dots, underscores and hyphens.
func ValidJobID(id string) bool {
	if id == "" || len(id) > MaxJobIDLength {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// ExecuteRequest asks for a circuit to be run. QASM alone is required.
type ExecuteRequest struct {
	QASM  string `json:"qasm"`            // the program, OpenQASM 2 or 3
	Shots int    `json:"shots,omitempty"` // 0 and absent: DefaultShots

	// JobID names the job and makes the request idempotent: the same id with the same request gives the same job, counted
	// once; with another request it is CodeConflict. See ValidJobID; "" lets the server choose.
	JobID string `json:"job_id,omitempty"`

	Seed     *uint64  `json:"seed,omitempty"`     // nil: the server draws one
	Priority int      `json:"priority,omitempty"` // 0: that of the tier; others are for the enterprise tier
	Method   string   `json:"method,omitempty"`   // engine; "" and "auto": the planner chooses
	Memory   bool     `json:"memory,omitempty"`   // Result.Memory is wanted
	Name     string   `json:"name,omitempty"`     // for people; need not be unique
	Tags     []string `json:"tags,omitempty"`
}

// ExecuteResponse says that a job was accepted, now or by an equal request before.
type ExecuteResponse struct {
	JobID                string  `json:"job_id"`
	Status               Status  `json:"status"`
	Message              string  `json:"message"`
	EstimatedTimeSeconds float64 `json:"estimated_time_seconds"`
}

// Status is the state of a job. Servers may have states that are not named here: they are kept as they are.
type Status string

// The states of a job. Running is what some servers call Processing.
const (
	StatusQueued     Status = "queued"
	StatusProcessing Status = "processing"
	StatusRunning    Status = "running"
	StatusCompleted  Status = "completed"
	StatusFailed     Status = "failed"
	StatusCancelled  Status = "cancelled"
)

// Finished tells that a job in this state will not change any more.
func (s Status) Finished() bool {
	return s == StatusCompleted || s == StatusFailed || s == StatusCancelled
}

// Waiting tells that a job in this state has not been finished. An unknown state is neither Waiting nor Finished: there the
// HTTP status of ResultsPath decides.
func (s Status) Waiting() bool {
	return s == StatusQueued || s == StatusProcessing || s == StatusRunning
}

// Job is a job and what came of it. Pages of PathJobs leave Result out.
type Job struct {
	JobID       string  `json:"job_id"`
	Status      Status  `json:"status"`
	Result      *Result `json:"result"` // nil unless completed
	Error       *string `json:"error"`  // what went wrong, for people; nil unless failed or cancelled
	CreatedAt   Time    `json:"created_at"`
	StartedAt   *Time   `json:"started_at"`   // of the last attempt; nil while queued
	CompletedAt *Time   `json:"completed_at"` // nil unless finished

	ErrorCode     Code     `json:"error_code,omitempty"`     // what went wrong, for programs
	QueuePosition *int     `json:"queue_position,omitempty"` // from 1; only while queued
	Plan          *Plan    `json:"plan,omitempty"`
	Name          string   `json:"name,omitempty"`
	Tags          []string `json:"tags,omitempty"`
}

// Result is what a completed job measured.
type Result struct {
	// Counts says how often each key came. A key is a bit string with the highest-numbered bit leftmost; registers are
	// separated by one space, the last declared leftmost. A program without classical bits has the one key "".
	Counts               map[string]int `json:"counts"`
	NumQubits            int            `json:"num_qubits"`
	Shots                int            `json:"shots"`
	ExecutionTimeSeconds float64        `json:"execution_time_seconds"`
	Backend              string         `json:"backend"`
	Device               string         `json:"device"`

	// What follows is absent where a server does not say it.
	NumClbits       int      `json:"num_clbits,omitempty"`
	Method          string   `json:"method,omitempty"`
	Precision       string   `json:"precision,omitempty"`
	Kernel          string   `json:"kernel,omitempty"`
	Seed            *uint64  `json:"seed,omitempty"`
	PeakMemoryBytes int64    `json:"peak_memory_bytes,omitempty"`
	Warnings        []string `json:"warnings,omitempty"`
	Memory          []string `json:"memory,omitempty"` // one key a shot, where the request asked for it
}

// Plan is how a job is run.
type Plan struct {
	Method           string  `json:"method"`
	EstimatedSeconds float64 `json:"estimated_seconds"`
	EstimatedBytes   int64   `json:"estimated_bytes"`
}

// JobList is a page of the caller's jobs, newest first.
type JobList struct {
	Jobs       []Job   `json:"jobs"`
	NextCursor *string `json:"next_cursor"` // for ParamCursor; nil on the last page
}
