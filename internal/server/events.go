package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/sse"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

// registerEvents makes the stream of a job's states, for pages: an event "job" at once and at every change, until it is finished.
// The last one has no result: that is fetched where it is wanted.
func (s *Server) registerEvents() {
	op := s.operation("job-events", http.MethodGet, "/jobs/{job_id}/events", "Follow a job's states as server-sent events", account.Read,
		http.StatusNotFound, http.StatusGone)
	op.Middlewares = append(op.Middlewares, s.findJob)
	op.Responses = map[string]*huma.Response{}
	sse.Register(s.api, op, map[string]any{"job": api.Job{}}, s.events)
	// Huma describes the data of an event as an object. It is text, which holds one.
	op.Responses["200"].Description = "Events; the data of each is a Job without its result"
	op.Responses["200"].Content["text/event-stream"].Schema = &huma.Schema{
		Type: huma.TypeObject, Required: []string{"event", "data"},
		Properties: map[string]*huma.Schema{
			"event": {Type: huma.TypeString, Enum: []any{"job"}},
			"data":  {Type: huma.TypeString, Extensions: map[string]any{"contentMediaType": "application/json"}},
		},
	}
}

// findJob answers for a job that does not exist, before a stream begins.
func (s *Server) findJob(ctx huma.Context, next func(huma.Context)) {
	v, err := s.o.Jobs.Job(ctx.Context(), callerOf(ctx.Context()).User.Owner.ID, ctx.Param("job_id"), false)
	if err != nil {
		p, known := s.problemOf(ctx.Context(), err)
		if !known {
			tripOf(ctx.Context()).err = err
		}
		_, w := humago.Unwrap(ctx)
		p.write(w)
		return
	}
	tripOf(ctx.Context()).job = v.ID
	next(ctx)
}

func (s *Server) events(ctx context.Context, in *jobInput, send sse.Sender) {
	s.metrics.waiting.Inc()
	defer s.metrics.waiting.Dec()
	waiting, stop := s.untilStop(ctx)
	defer stop()
	err := s.o.Jobs.Changes(waiting, callerOf(ctx).User.Owner.ID, in.JobID, func(v job.View) error {
		return send.Data(wireJob(v))
	})
	if err != nil && waiting.Err() == nil {
		tripOf(ctx).err = err
	}
}
