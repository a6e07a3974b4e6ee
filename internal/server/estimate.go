package server

import (
	"context"
	"math"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
)

type estimateInput struct{ Body publishedBody }

type estimateOutput struct{ Body api.Estimate }

func (s *Server) registerEstimate() {
	for id, path := range map[string]string{"estimate": api.PathEstimate, "estimate-runtime": "/runtime/estimate"} {
		huma.Register(s.api, s.operation(id, http.MethodPost, path, "Tell what a circuit would take, without running it", account.Read,
			http.StatusBadRequest, http.StatusNotFound), s.estimate)
	}
}

func (s *Server) estimate(ctx context.Context, in *estimateInput) (*estimateOutput, error) {
	r, err := in.Body.request()
	if err != nil {
		return nil, err
	}
	e, err := s.o.Jobs.Estimate(ctx, callerOf(ctx), r)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &estimateOutput{s.wireEstimate(ctx, callerOf(ctx), r, e)}, nil
}

func (s *Server) wireEstimate(ctx context.Context, c job.Caller, r job.Request, e job.Estimate) api.Estimate {
	out := api.Estimate{
		Accepted: e.Refusal == nil, Shots: r.Shots, Candidates: []api.Candidate{}, Warnings: []string{},
		Tier: api.Tier(e.Info.Tier), JobsToday: int(e.Info.JobsToday), DailyLimit: dailyLimit(e.Info.Limits), ResetsAt: api.NewTime(e.Info.ResetsAt),
	}
	if e.Refusal != nil {
		out.Refusal = s.refusal(ctx, c, e.Refusal)
	}
	if e.Explanation != nil {
		explain(&out, e.Explanation)
	}
	return out
}

// refusal is what a submission would be answered.
func (s *Server) refusal(ctx context.Context, c job.Caller, err error) *api.Problem {
	if p, ok := s.failSubmit(ctx, c, err).(*problem); ok {
		return &p.Problem
	}
	return &problemInternal().Problem
}

func explain(out *api.Estimate, x *run.Explanation) {
	out.NumQubits, out.NumClbits, out.NumOperations = x.NumQubits, x.NumClbits, x.NumOperations
	if x.Simplified != nil {
		out.AfterSimplification = api.CircuitSize{Qubits: x.Simplified.NumQubits, Operations: len(x.Simplified.Ops)}
	}
	out.Warnings = append(out.Warnings, x.Warnings...)
	if x.Plan == nil {
		return
	}
	out.Method, out.Precision = x.Plan.Method, x.Plan.Precision.String()
	out.EstimatedSeconds, out.EstimatedBytes = finite(x.Plan.Seconds), x.Plan.Bytes
	for _, c := range x.Plan.Candidates {
		out.Candidates = append(out.Candidates, api.Candidate{
			Method: c.Method, Feasible: c.Feasible, EstimatedSeconds: finite(c.Seconds), EstimatedBytes: c.Bytes, Reason: c.Reason,
		})
	}
}

// finite is x, or what JSON has nearest to it.
func finite(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return 0
	case math.IsInf(x, 0):
		return math.Copysign(math.MaxFloat64, x)
	}
	return x
}
