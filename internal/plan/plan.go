// Package plan decides how a circuit is run: which engine, which precision, how much memory and time. It is pure: it sees a
// request, the machine's limits and what each engine says of itself, and imports no engine. A Plan is data: printable, testable,
// stored with a job.
package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/softquantus/qcos/internal/sim"
)

// AutoMethod is the method that lets the planner choose.
const AutoMethod = "auto"

// hopelessSeconds is beyond what anybody waits for (a year): such a method is called infeasible rather than started.
const hopelessSeconds = 365 * 24 * 3600

// Candidate is an engine that was considered.
type Candidate struct {
	Method    string
	Precision sim.Precision
	Feasible  bool
	Seconds   float64 // estimated; 0 where nothing could be estimated
	Bytes     int64   // estimated; 0 where nothing could be estimated
	Reason    string  // why it was or was not taken
}

// Plan is the decision: the chosen candidate, and all of them.
type Plan struct {
	Candidate
	Candidates []Candidate // every engine, best first: the chosen one, the feasible by time, the others by memory
	Warnings   []string    // what the user should know of the choice
}

// InfeasibleError is the refusal of a request that no engine, or not the one asked for, can answer within the limits.
type InfeasibleError struct {
	Detail     string // what is needed and what there is
	Next       string // what to do
	Need, Have int64  // bytes, where memory is what is missing
	Candidates []Candidate
}

func (e *InfeasibleError) Error() string { return e.Detail }

// Choose picks the engine that answers r soonest within maxMemory bytes. Method is an engine's name or AutoMethod. A request
// whose precision is Auto gets double, or single where only that fits. No engine for the request is an *InfeasibleError, an
// unknown method another error.
func Choose(engines []sim.Engine, r *sim.Request, method string, maxMemory int64) (*Plan, error) {
	if method != AutoMethod && !slices.ContainsFunc(engines, func(e sim.Engine) bool { return e.Name() == method }) {
		return nil, fmt.Errorf("unknown method %q", method)
	}
	var all []Candidate
	for _, e := range engines {
		all = append(all, judge(e, r, maxMemory))
	}
	slices.SortStableFunc(all, func(a, b Candidate) int { return better(a, b, method) })
	best := &all[0]
	if !best.Feasible {
		return nil, refuse(engines, r, all, method, maxMemory)
	}
	explain(all, method)
	p := &Plan{Candidate: *best, Candidates: all}
	if r.Precision == sim.Auto && best.Precision == sim.Single {
		p.Warnings = append(p.Warnings, "amplitudes are kept in single precision (errors near 1e-6): double precision does not fit into memory")
	}
	return p, nil
}

// judge estimates one engine at the first precision that fits, or at the last one allowed.
func judge(e sim.Engine, r *sim.Request, maxMemory int64) Candidate {
	c := Candidate{Method: e.Name(), Precision: sim.Double}
	if err := sim.Check(e, r); err != nil {
		c.Reason = unable(err)
		return c
	}
	for _, p := range precisions(e, r.Precision) {
		q := *r
		q.Precision = p
		est := e.Estimate(&q)
		c.Precision, c.Bytes, c.Seconds = p, est.Bytes, est.Seconds
		switch {
		case est.Bytes > maxMemory:
			c.Reason = fmt.Sprintf("needs %s, %s may be used", Bytes(est.Bytes), Bytes(maxMemory))
		case est.Seconds > hopelessSeconds:
			c.Reason = "would take more than a year"
		default:
			c.Feasible = true
			return c
		}
	}
	return c
}

func unable(err error) string {
	switch err := err.(type) {
	case *sim.UnfitError:
		return err.Reason
	case *sim.LimitError:
		return fmt.Sprintf("takes at most %d %s, the circuit has %d", err.Have, err.What, err.Need)
	}
	return err.Error()
}

// precisions lists what may be tried. Double comes first: single precision is for what does not fit otherwise.
func precisions(e sim.Engine, asked sim.Precision) []sim.Precision {
	if asked != sim.Auto {
		return []sim.Precision{asked}
	}
	offered := slices.Clone(e.Capabilities().Precisions)
	slices.Sort(offered)
	return offered
}

// better orders candidates: what was asked for, what is feasible, what is faster, what needs less memory.
func better(a, b Candidate, method string) int {
	rank := func(c Candidate) int {
		switch {
		case method != AutoMethod && c.Method != method:
			return 2
		case c.Feasible:
			return 0
		}
		return 1
	}
	if r := cmp.Compare(rank(a), rank(b)); r != 0 {
		return r
	}
	if a.Feasible {
		return cmp.Or(cmp.Compare(a.Seconds, b.Seconds), cmp.Compare(a.Bytes, b.Bytes))
	}
	return cmp.Compare(need(a), need(b))
}

// need is the memory of a candidate that lacks nothing else; one that lacks a capability comes last.
func need(c Candidate) int64 {
	if c.Bytes == 0 {
		return math.MaxInt64
	}
	return c.Bytes
}

func explain(all []Candidate, method string) {
	for i := range all {
		c := &all[i]
		switch {
		case i == 0 && method != AutoMethod:
			c.Reason = "asked for"
		case i == 0 && len(all) > 1 && all[1].Feasible:
			c.Reason = "the fastest that fits"
		case i == 0:
			c.Reason = "the only one that can"
		case c.Feasible && method != AutoMethod:
			c.Reason = "not asked for"
		case c.Feasible:
			c.Reason = fmt.Sprintf("slower than %s", all[0].Method)
		}
	}
}

func refuse(engines []sim.Engine, r *sim.Request, all []Candidate, method string, maxMemory int64) error {
	best := all[0]
	e := &InfeasibleError{Candidates: all}
	switch {
	case best.Bytes == 0:
		e.Detail = fmt.Sprintf("no method can run this circuit: %s: %s", best.Method, best.Reason)
		if method != AutoMethod {
			e.Detail = fmt.Sprintf("method %s cannot run this circuit: %s", best.Method, best.Reason)
		}
	case best.Bytes > maxMemory:
		e.Need, e.Have = best.Bytes, maxMemory
		e.Detail = fmt.Sprintf("%d qubits need %s (method %s, %s precision), and %s may be used", r.Circuit.NumQubits, Bytes(best.Bytes), best.Method, best.Precision, Bytes(maxMemory))
	default:
		e.Detail = fmt.Sprintf("the circuit would take more than a year with method %s", best.Method)
	}
	e.Next = advise(engines, r, best, method, maxMemory)
	return e
}

// advise names the cheapest change that would let the request be answered.
func advise(engines []sim.Engine, r *sim.Request, best Candidate, method string, maxMemory int64) string {
	if method != AutoMethod {
		if p, err := Choose(engines, r, AutoMethod, maxMemory); err == nil {
			return fmt.Sprintf("use --method auto: %s can run it", p.Method)
		}
	}
	if r.Precision == sim.Double {
		q := *r
		q.Precision = sim.Single
		if p, err := Choose(engines, &q, method, maxMemory); err == nil {
			return fmt.Sprintf("use --precision single: it needs %s", Bytes(p.Bytes))
		}
	}
	if best.Bytes > 0 && best.Bytes <= maxMemory {
		return "use fewer shots, operations or qubits"
	}
	if best.Bytes == 0 {
		return "use fewer qubits, or leave out what the method lacks: qcos explain says what speaks against each"
	}
	return fmt.Sprintf("use a machine where %s may be used (see --max-memory), or fewer qubits", Bytes(best.Bytes))
}

// Bytes prints a number of bytes for people, in binary units.
func Bytes(n int64) string {
	if n == math.MaxInt64 {
		return "more memory than any machine has"
	}
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	v, u := float64(n), 0
	for v >= 1024 && u < len(units)-1 {
		v, u = v/1024, u+1
	}
	if v >= 100 || u == 0 || v == math.Trunc(v) {
		return fmt.Sprintf("%.0f %s", v, units[u])
	}
	return fmt.Sprintf("%.1f %s", v, units[u])
}
