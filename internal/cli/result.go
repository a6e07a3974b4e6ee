package cli

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// result is what came of one file: a report, or an error and what was known until then.
type result struct {
	in      input
	program *qasm.Program // nil where the file could not be read
	report  *run.Report   // nil where err is not
	err     error
	remote  *remoteFacts // nil where the run was here
}

// remoteFacts are what a result has only where it comes from a server.
type remoteFacts struct {
	jobID     string // "" where nothing was sent
	device    string
	precision string
	seeded    bool // the server told the seed
}

// resultJSON fixes names and order of the members; `qcos help output` says what they mean.
type resultJSON struct {
	File          string         `json:"file"`
	Status        string         `json:"status"`
	JobID         *string        `json:"job_id"`
	Counts        countsJSON     `json:"counts"`
	Shots         int            `json:"shots"`
	NumQubits     int            `json:"num_qubits"`
	NumClbits     int            `json:"num_clbits"`
	Backend       string         `json:"backend"`
	Device        string         `json:"device"`
	Method        string         `json:"method"`
	Precision     string         `json:"precision"`
	Kernel        string         `json:"kernel"`
	Seed          uint64         `json:"seed"`
	Seconds       float64        `json:"execution_time_seconds"`
	PeakBytes     int64          `json:"peak_memory_bytes"`
	Warnings      []string       `json:"warnings"`
	Error         *errorJSON     `json:"error"`
	Memory        *[]string      `json:"memory,omitempty"`
	Probabilities *probsJSON     `json:"probabilities,omitempty"`
	Complete      *bool          `json:"probabilities_complete,omitempty"`
	StateVector   *stateJSON     `json:"statevector,omitempty"`
	Variables     *variablesJSON `json:"variables,omitempty"`
	Joint         *jointJSON     `json:"joint,omitempty"`
}

type errorJSON struct {
	Code   string           `json:"code"`
	Detail string           `json:"detail"`
	Errors []diagnosticJSON `json:"errors"`
}

const (
	localBackend  = "local"
	localDevice   = "cpu"
	remoteBackend = "remote"
)

// writeJSON writes the result as one line.
func (r *result) writeJSON(w *bytes.Buffer, o *simulationOptions) error {
	j := resultJSON{
		File: r.in.name, Status: "completed", Shots: o.shots, Backend: localBackend, Device: localDevice, Warnings: r.warnings(),
	}
	if o.seed != nil {
		j.Seed = *o.seed
	}
	if r.program == nil {
		j.File = nameOfNothing(r.in.name)
	}
	if r.program != nil {
		j.NumQubits, j.NumClbits = workload(r.program).Declared()
	}
	if r.err != nil {
		j.Status, j.Error = "failed", r.errorJSON()
	} else {
		j.fill(r.report, o)
	}
	if r.remote != nil {
		r.remote.into(&j)
	}
	return writeLine(w, j)
}

func (f *remoteFacts) into(j *resultJSON) {
	j.Backend, j.Device, j.Precision = remoteBackend, f.device, f.precision
	if f.jobID != "" {
		j.JobID = &f.jobID
	}
}

func (j *resultJSON) fill(r *run.Report, o *simulationOptions) {
	j.Counts, j.Shots, j.Seed = r.Counts, r.Shots, r.Seed
	j.NumQubits, j.NumClbits = r.NumQubits, r.NumClbits
	j.Method, j.Precision, j.Kernel = r.Plan.Method, r.Plan.Precision.String(), r.Kernel
	j.Seconds, j.PeakBytes = r.Duration.Seconds(), r.PeakBytes
	if o.memory {
		j.Memory = &r.Memory
	}
	if o.probabilities {
		j.Probabilities, j.Complete = (*probsJSON)(&r.Probabilities), &r.ProbabilitiesComplete
	}
	if o.stateVector {
		j.StateVector = (*stateJSON)(&r.StateVector)
	}
	if o.variables {
		j.Variables, j.Joint = (*variablesJSON)(&r.Variables), &jointJSON{r.Variables, r.Joint}
	}
}

// warnings are those of the program, with their places, and those of the run.
func (r *result) warnings() []string {
	out := []string{}
	if r.program != nil {
		for _, d := range r.program.Diagnostics {
			if d.Severity == diag.Warning {
				out = append(out, r.program.Sources.Position(d.Span.Start).String()+": "+d.Message)
			}
		}
	}
	if r.report != nil {
		out = append(out, r.report.Warnings...)
	}
	return out
}

func (r *result) errorJSON() *errorJSON {
	e := &errorJSON{Code: errorCode(r.err), Detail: config.Redact(r.err.Error()), Errors: []diagnosticJSON{}}
	if is[*invalidError](r.err) {
		e.Errors = diagnosticsJSON(r.in.shown(), r.program.Sources, r.program.Diagnostics)
	}
	return e
}

// writeLine writes v as JSON on one line, without the escapes that are for web pages.
func writeLine(w *bytes.Buffer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// writeJSON writes a value as one line of JSON to standard output.
func (a *App) writeJSON(v any) error {
	var text bytes.Buffer
	if err := writeLine(&text, v); err != nil {
		return err
	}
	return a.write(text.Bytes())
}

// countsJSON is an object whose members are in the order of the counts.
type countsJSON []run.Count

// MarshalJSON writes keys as they are: they consist of 0, 1 and spaces.
func (c countsJSON) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, k := range c {
		b = appendKey(b, i, k.Key)
		b = strconv.AppendInt(b, int64(k.N), 10)
	}
	return append(b, '}'), nil
}

type probsJSON []run.KeyProbability

func (p probsJSON) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, k := range p {
		b = appendKey(b, i, k.Key)
		b = strconv.AppendFloat(b, k.P, 'g', -1, 64)
	}
	return append(b, '}'), nil
}

func appendKey(b []byte, i int, key string) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

// stateJSON is a list of pairs of real and imaginary part.
type stateJSON []complex128

func (s stateJSON) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 48*len(s)+2)
	b = append(b, '[')
	for i, a := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = strconv.AppendFloat(b, real(a), 'g', -1, 64)
		b = append(b, ',')
		b = strconv.AppendFloat(b, imag(a), 'g', -1, 64)
		b = append(b, ']')
	}
	return append(b, ']'), nil
}

// candidateJSON is a plan.Candidate. What could not be estimated, or passes all bounds, is null.
type candidateJSON struct {
	Method    string   `json:"method"`
	Precision string   `json:"precision"`
	Feasible  bool     `json:"feasible"`
	Seconds   *float64 `json:"estimated_seconds"`
	Bytes     *int64   `json:"estimated_bytes"`
	Reason    string   `json:"reason"`
}

func candidatesJSON(all []plan.Candidate) []candidateJSON {
	out := make([]candidateJSON, 0, len(all))
	for _, c := range all {
		j := candidateJSON{Method: c.Method, Precision: c.Precision.String(), Feasible: c.Feasible, Reason: c.Reason}
		if estimated(c) {
			j.Seconds, j.Bytes = knownSeconds(c.Seconds), knownBytes(c.Bytes)
		}
		out = append(out, j)
	}
	return out
}

func estimated(c plan.Candidate) bool { return c.Feasible || c.Bytes != 0 || c.Seconds != 0 }

func knownSeconds(s float64) *float64 {
	if math.IsInf(s, 0) || math.IsNaN(s) {
		return nil
	}
	return &s
}

func knownBytes(n int64) *int64 {
	if n == math.MaxInt64 {
		return nil
	}
	return &n
}
