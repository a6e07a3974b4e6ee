package cli

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

// verdictJSON says what would become of a program. What a run here does not have, or what nobody could estimate, is null.
type verdictJSON struct {
	File       string     `json:"file"`
	Accepted   bool       `json:"accepted"`
	Backend    string     `json:"backend"`
	NumQubits  int        `json:"num_qubits"`
	NumClbits  int        `json:"num_clbits"`
	Operations int        `json:"num_operations"`
	Shots      int        `json:"shots"`
	Method     *string    `json:"method"`
	Precision  *string    `json:"precision"`
	Seconds    *float64   `json:"estimated_seconds"`
	Bytes      *int64     `json:"estimated_bytes"`
	Tier       *api.Tier  `json:"tier"`
	JobsToday  *int       `json:"jobs_today"`
	DailyLimit *api.Limit `json:"daily_limit"`
	Warnings   []string   `json:"warnings"`
	Error      *errorJSON `json:"error"`
}

// dryRun says of every program whether it would run, how, and what it would take. Nothing is run and nothing is charged.
func (o *executeOptions) dryRun(ctx context.Context, settings *config.Settings, remote bool, why string, inputs []input, out sink) error {
	judge := o.planHere
	if remote {
		client, err := o.remote.clientFor(settings)
		if err != nil {
			return err
		}
		o.app.tellBackend(true, client.URL(), why)
		judge = func(ctx context.Context, in input, r *result, v *verdictJSON) error {
			return o.planThere(ctx, client, in, r, v)
		}
	} else {
		o.app.tellBackend(false, "", why)
	}
	return o.app.each(ctx, inputs, func(in input) error {
		r := &result{in: in}
		v := &verdictJSON{File: in.name, Shots: o.sim.shots, Backend: localBackend, Warnings: []string{}}
		if remote {
			v.Backend = remoteBackend
		}
		err := guard(func() error { return judge(ctx, in, r, v) })
		if interrupted(ctx, err) {
			return context.Canceled
		}
		if e := o.writeVerdict(out, r, v, err); e != nil {
			return e
		}
		return err
	})
}

func (o *executeOptions) writeVerdict(out sink, r *result, v *verdictJSON, err error) error {
	var text bytes.Buffer
	v.Accepted = err == nil
	switch {
	case o.format == formatJSON:
		if r.err = err; err != nil {
			v.Error = r.errorJSON()
		}
		if e := writeLine(&text, v); e != nil {
			return e
		}
	case err == nil:
		p := o.textStyle().palette
		fmt.Fprintf(&text, "%s  %s\n", p.bold(r.in.shown()), p.dim(v.words()))
	}
	return out.write(text.Bytes())
}

// words are the verdict on a program that would run.
func (v *verdictJSON) words() string {
	would := "would run"
	if v.Tier != nil {
		would = fmt.Sprintf("would be accepted (tier %s)", *v.Tier)
	}
	parts := []string{would, counted(v.NumQubits, "qubit"), counted(v.Shots, "shot")}
	if v.Method != nil {
		parts = append(parts, *v.Method)
	}
	if v.Seconds != nil {
		parts = append(parts, "about "+shortSeconds(*v.Seconds))
	}
	if v.Bytes != nil {
		parts = append(parts, plan.Bytes(*v.Bytes))
	}
	if v.DailyLimit != nil {
		left := "jobs left today: unlimited"
		if *v.DailyLimit >= 0 {
			left = fmt.Sprintf("jobs left today: %d of %s", max(0, int(*v.DailyLimit)-*v.JobsToday), v.DailyLimit)
		}
		parts = append(parts, left)
	}
	return strings.Join(parts, " · ")
}

func (o *executeOptions) planHere(ctx context.Context, in input, r *result, v *verdictJSON) (err error) {
	source := o.source.qasm()
	source.Inputs = o.inputs.values
	if r.program, err = o.app.loadValid(ctx, in, o.load, source); err != nil {
		return err
	}
	x, err := run.Explain(workload(r.program), o.sim.run())
	if err != nil {
		return o.app.located(r.program, err)
	}
	v.NumQubits, v.NumClbits, v.Operations = x.NumQubits, x.NumClbits, x.NumOperations
	v.Warnings = append(v.Warnings, x.Warnings...)
	o.app.showWarnings(in, x.Warnings)
	if x.Refusal != nil {
		return x.Refusal
	}
	precision := x.Plan.Precision.String()
	v.Method, v.Precision, v.Seconds, v.Bytes = &x.Plan.Method, &precision, knownSeconds(x.Plan.Seconds), knownBytes(x.Plan.Bytes)
	return nil
}

func (o *executeOptions) planThere(ctx context.Context, client *qcos.Client, in input, r *result, v *verdictJSON) error {
	text, err := o.app.read(ctx, in)
	if err != nil {
		return err
	}
	request := o.request()
	request.QASM = string(text)
	e, err := client.Estimate(ctx, request)
	if err == nil {
		v.take(e)
		o.app.showWarnings(in, e.Warnings)
		if e.Refusal != nil {
			err = qcos.Refusal(e.Refusal)
		}
	}
	outcome := remoteOutcome{text: text, err: err}
	if err == nil {
		return nil
	}
	return outcome.into(o.app, r)
}

func (v *verdictJSON) take(e *api.Estimate) {
	v.NumQubits, v.NumClbits, v.Operations, v.Shots = e.NumQubits, e.NumClbits, e.NumOperations, e.Shots
	v.Warnings = append(v.Warnings, e.Warnings...)
	v.Tier, v.JobsToday, v.DailyLimit = &e.Tier, &e.JobsToday, &e.DailyLimit
	if e.Method == "" {
		return
	}
	v.Method, v.Precision, v.Bytes = &e.Method, &e.Precision, &e.EstimatedBytes
	if !math.IsInf(e.EstimatedSeconds, 0) {
		v.Seconds = &e.EstimatedSeconds
	}
}
