package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/softquantus/qcos/pkg/api"
)

const (
	pathMetrics   = "/metrics"
	readyPatience = 2 * time.Second // for the database to answer
)

type rootOutput struct{ Body api.Health }

type readyOutput struct{ Body api.Ready }

// registerHealth makes the routes that need no key.
func (s *Server) registerHealth() {
	huma.Register(s.api, huma.Operation{
		OperationID: "root", Method: http.MethodGet, Path: api.PathRoot, Summary: "Tell version and health", Errors: []int{http.StatusInternalServerError},
	}, func(ctx context.Context, _ *struct{}) (*rootOutput, error) {
		return &rootOutput{api.Health{Status: "healthy", Version: s.o.Version, QueueConnected: s.ready(ctx) == nil}}, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: api.PathHealth, Summary: "Tell that the process lives", Errors: []int{http.StatusInternalServerError},
	}, func(context.Context, *struct{}) (*readyOutput, error) {
		return &readyOutput{api.Ready{Status: "ok"}}, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "ready", Method: http.MethodGet, Path: api.PathReady, Summary: "Tell whether jobs can be taken",
		Errors: []int{http.StatusInternalServerError, http.StatusServiceUnavailable},
	}, func(ctx context.Context, _ *struct{}) (*readyOutput, error) {
		if err := s.ready(ctx); err != nil {
			tripOf(ctx).err = err
			return nil, problemUnavailable("the database or the queue cannot be reached, or the server is stopping")
		}
		return &readyOutput{api.Ready{Status: "ok"}}, nil
	})
}

// ready tells whether database and queue answer. A server that stops is not ready: whoever shares out requests sends no more.
func (s *Server) ready(ctx context.Context) error {
	if err := s.stopping.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	return s.o.Ready(ctx)
}
