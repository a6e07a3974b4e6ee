package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

// inFlight is how many circuits are at the server at once. It bounds connections and memory here; the server has its own queue.
const inFlight = 64

// remoteRun runs many circuits at a server at once, and hands their results out in the order of the files.
type remoteRun struct {
	app     *App
	client  *qcos.Client
	request api.ExecuteRequest // what all have in common; JobID is that of the one circuit, where the user gave it
	timeout time.Duration      // of a file's whole run; 0 is none

	tickets chan chan remoteOutcome // one a file, in order; its capacity is what is in flight
	refused atomic.Pointer[error]   // an error that would meet all further circuits
	jobs    openJobs
	status  *statusLine
	total   int
	done    atomic.Int64
}

// remoteOutcome is what came of one circuit.
type remoteOutcome struct {
	text   []byte
	jobID  string // "" where nothing was sent
	result *qcos.Result
	err    error
}

// start begins to read, send and wait. Every outcome must be fetched by next, or ctx ended.
func (r *remoteRun) start(ctx context.Context, inputs []input) {
	r.total = len(inputs)
	r.tickets = make(chan chan remoteOutcome, inFlight)
	go func() {
		defer close(r.tickets)
		for _, in := range inputs {
			ticket := make(chan remoteOutcome, 1)
			select {
			case r.tickets <- ticket:
			case <-ctx.Done():
				return
			}
			// Reading is not done at once: standard input may be among the files, and more than once.
			text, err := r.app.read(ctx, in)
			if err != nil {
				ticket <- remoteOutcome{err: err}
				continue
			}
			go func() {
				var out remoteOutcome
				if err := guard(func() error { out = r.one(ctx, in, text); return nil }); err != nil {
					out.err = err
				}
				ticket <- out
			}()
		}
	}()
}

// next waits for the outcome of the next file.
func (r *remoteRun) next(ctx context.Context) remoteOutcome {
	select {
	case ticket, ok := <-r.tickets:
		if !ok {
			return remoteOutcome{err: ctx.Err()}
		}
		select {
		case outcome := <-ticket:
			return outcome
		case <-ctx.Done():
		}
	case <-ctx.Done():
	}
	return remoteOutcome{err: ctx.Err()}
}

// one sends a circuit and waits for its result.
func (r *remoteRun) one(ctx context.Context, in input, text []byte) remoteOutcome {
	request := r.request
	request.QASM = string(text)
	out := r.send(ctx, in, request)
	out.text = text
	return out
}

// send is one for a request that is complete but for name and id.
func (r *remoteRun) send(ctx context.Context, in input, request api.ExecuteRequest) (out remoteOutcome) {
	if cause := r.refused.Load(); cause != nil {
		out.err = &notSentError{*cause}
		return out
	}
	if r.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.timeout)
		defer cancel()
	}
	if request.JobID == "" {
		request.JobID = qcos.NewJobID()
	}
	if request.Name == "" && in.name != stdinName {
		request.Name = filepath.Base(in.name)
	}
	out.jobID = request.JobID
	r.jobs.open(request.JobID)
	out.result, out.err = r.submitAndWait(ctx, request)
	if out.err != nil && refusedAll(out.err) {
		r.refused.CompareAndSwap(nil, &out.err)
	}
	if ctx.Err() == nil || out.err == nil {
		r.jobs.close(request.JobID)
	}
	r.done.Add(1)
	return out
}

func (r *remoteRun) submitAndWait(ctx context.Context, request api.ExecuteRequest) (*qcos.Result, error) {
	r.status.set(fmt.Sprintf("%s: being sent", request.JobID))
	job, err := r.client.Submit(ctx, request)
	if err != nil {
		return nil, err
	}
	r.app.Log.Debug("submitted", "job", job.ID, "estimated_seconds", job.EstimatedSeconds)
	return job.WaitWith(ctx, func(j *api.Job) { r.status.set(r.progress(j)) })
}

// progress says how far all circuits are, or where the one is.
func (r *remoteRun) progress(j *api.Job) string {
	if r.total > 1 {
		return fmt.Sprintf("%d of %d circuits done", r.done.Load(), r.total)
	}
	text := fmt.Sprintf("%s: %s", j.JobID, j.Status)
	if j.QueuePosition != nil {
		text += fmt.Sprintf(", place %d in the queue", *j.QueuePosition)
	}
	return text
}

// openJobs are the jobs that may be at the server without a result yet.
type openJobs struct {
	mu  sync.Mutex
	ids []string
}

func (o *openJobs) open(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ids = append(o.ids, id)
}

func (o *openJobs) close(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, other := range o.ids {
		if other == id {
			o.ids = append(o.ids[:i], o.ids[i+1:]...)
			return
		}
	}
}

func (o *openJobs) list() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.ids...)
}

// into fills a result from what came of a circuit, so that it looks like one of this machine.
func (out *remoteOutcome) into(a *App, r *result) error {
	r.remote = &remoteFacts{jobID: out.jobID}
	var wrong *qcos.CircuitError
	if errors.As(out.err, &wrong) && len(wrong.Errors) > 0 {
		r.program = diagnosed(r.in, out.text, wrong.Errors)
		showDiagnostics(a.Err, r.program, a.errPalette())
		return &invalidError{r.program.Sources, r.program.Diagnostics}
	}
	if out.err != nil {
		return out.err
	}
	r.remote.jobID, r.remote.device, r.remote.precision = out.result.JobID, out.result.Device, out.result.Precision
	r.remote.seeded = out.result.Seed != nil
	if err := checkResult(out.jobID, &out.result.Result); err != nil {
		return err
	}
	r.report = reportOf(&out.result.Result)
	return nil
}

// checkResult refuses what is no result: outcomes that do not consist of bits and spaces, and counts that are none. What follows takes
// them for harmless.
func checkResult(jobID string, r *api.Result) error {
	refuse := func(format string, args ...any) error {
		return &InputError{Detail: fmt.Sprintf("the server's answer for job %s %s", diag.Printable(jobID), fmt.Sprintf(format, args...)), Next: "is it an API of qcos, at this address?"}
	}
	strange := func(key string) bool { return strings.Trim(key, "01 ") != "" }
	if i := slices.IndexFunc(r.Memory, strange); i >= 0 {
		return refuse("has an outcome that is no bit string: %q", diag.Printable(r.Memory[i]))
	}
	shots := 0
	for key, n := range r.Counts {
		if strange(key) {
			return refuse("has an outcome that is no bit string: %q", diag.Printable(key))
		}
		if n < 1 || n > maxCount {
			return refuse("says that outcome %q came %d times", key, n)
		}
		shots += n
	}
	if shots != r.Shots {
		return refuse("has %d outcomes of %d shots", shots, r.Shots)
	}
	return nil
}

// reportOf turns a server's result into the report that a run here would have given.
func reportOf(r *api.Result) *run.Report {
	report := &run.Report{
		Counts: sortedCounts(r.Counts), Memory: r.Memory, Shots: r.Shots, NumQubits: r.NumQubits, NumClbits: r.NumClbits,
		Kernel: r.Kernel, Duration: time.Duration(r.ExecutionTimeSeconds * float64(time.Second)), PeakBytes: r.PeakMemoryBytes,
		Warnings: r.Warnings, Plan: &plan.Plan{},
	}
	report.Plan.Method = diag.Printable(r.Method)
	if p, err := sim.ParsePrecision(r.Precision); err == nil {
		report.Plan.Precision = p
	}
	if r.Seed != nil {
		report.Seed = *r.Seed
	}
	return report
}

// sortedCounts puts counts in the order of a run here: by falling count, ties by key.
func sortedCounts(counts map[string]int) []run.Count {
	sorted := make([]run.Count, 0, len(counts))
	for key, n := range counts {
		sorted = append(sorted, run.Count{Key: key, N: n})
	}
	slices.SortFunc(sorted, func(a, b run.Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Key, b.Key)) })
	return sorted
}

// diagnosed makes a program that holds nothing but the diagnostics of a server, at their places in the text.
func diagnosed(in input, text []byte, list []api.Diagnostic) *qasm.Program {
	set := &diag.Set{}
	source, err := set.Add(in.shown(), text)
	if err != nil {
		source = &diag.Source{Name: in.shown(), Base: 1}
	}
	p := &qasm.Program{Sources: set}
	for _, d := range list {
		message := d.Message
		span := diag.Span{Start: source.Base, End: source.Base}
		if d.File != "" {
			message = d.String() // of an included file, which is not here
		} else {
			span = diag.Span{Start: placeIn(source, d.Line, d.Column), End: placeIn(source, d.EndLine, d.EndColumn)}
		}
		severity := diag.Error
		if d.Severity == diag.Warning.String() {
			severity = diag.Warning
		}
		var notes []diag.Note
		for _, n := range d.Notes {
			if n.File == "" {
				notes = append(notes, diag.Note{Span: diag.Span{Start: placeIn(source, n.Line, n.Column), End: placeIn(source, n.EndLine, n.EndColumn)}, Message: n.Message})
			}
		}
		p.Diagnostics = append(p.Diagnostics, diag.Diagnostic{Severity: severity, Code: d.Code, Span: span, Message: message, Hint: d.Hint, Notes: notes})
	}
	if !p.Diagnostics.HasErrors() { // the program was refused, whatever the server calls it
		p.Diagnostics[0].Severity = diag.Error
	}
	return p
}

// placeIn is the position of a line and a column, counted from 1, columns in code points; the nearest there is.
func placeIn(source *diag.Source, line, column int) diag.Pos {
	at := 0
	for ; line > 1 && at < len(source.Text); at++ {
		if source.Text[at] == '\n' {
			line--
		}
	}
	for _, r := range string(source.Text[at:min(len(source.Text), at+4*max(column, 0))]) {
		if column <= 1 || r == '\n' {
			break
		}
		column--
		at += len(string(r))
	}
	return source.Base + diag.Pos(at)
}
