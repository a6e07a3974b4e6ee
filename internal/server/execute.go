package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"

	"github.com/danielgtaylor/huma/v2"
)

const (
	longestJobName = 200 // characters
	longestTag     = 100 // characters
	mostTags       = 32
)

// ExecuteBody is an api.ExecuteRequest as it is checked. It is exported for huma, which sees no other embedded type. Members that may be left out may also be null, as some clients write it.
type ExecuteBody struct {
	QASM     string    `json:"qasm" doc:"The program, OpenQASM 2 or 3."`
	Shots    *int      `json:"shots,omitempty" nullable:"true" minimum:"1" maximum:"9007199254740991" doc:"How often it is run; 1024 where absent."`
	JobID    *string   `json:"job_id,omitempty" nullable:"true" minLength:"1" maxLength:"128" pattern:"^[A-Za-z0-9._-]+$" patternDescription:"letters, digits, dots, underscores and hyphens" doc:"Your own id of the job. The same id with the same request gives the same job, counted once."`
	Seed     *uint64   `json:"seed,omitempty" nullable:"true" maximum:"18446744073709551615" doc:"Of the random numbers; drawn where absent."`
	Priority *int32    `json:"priority,omitempty" nullable:"true" doc:"0: that of the tier. 1 (high), 2 (normal) and 3 (low) are for the enterprise tier."`
	Method   *string   `json:"method,omitempty" nullable:"true" maxLength:"64" doc:"How it is simulated; auto where absent"`
	Memory   *bool     `json:"memory,omitempty" nullable:"true" doc:"Whether the outcome of every shot is wanted."`
	Name     *string   `json:"name,omitempty" nullable:"true" maxLength:"200" doc:"For people; need not be unique."`
	Tags     *[]string `json:"tags,omitempty" maxItems:"32" doc:"To find jobs by; up to 100 characters each."`
}

type executeInput struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"The same as job_id."`
	Body           ExecuteBody
}

type executeOutput struct{ Body api.ExecuteResponse }

func (s *Server) registerExecute() {
	huma.Register(s.api, s.operation("execute", http.MethodPost, api.PathExecute, "Submit a circuit", account.Execute,
		http.StatusBadRequest, http.StatusConflict), s.execute)
}

func (s *Server) execute(ctx context.Context, in *executeInput) (*executeOutput, error) {
	request, err := in.Body.request()
	if err != nil {
		return nil, err
	}
	id, err := jobID(value(in.Body.JobID), in.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	j, created, err := s.submit(ctx, id, request)
	if err != nil {
		return nil, err
	}
	return &executeOutput{api.ExecuteResponse{
		JobID: j.ID, Status: j.Status, Message: acceptedMessage(created), EstimatedTimeSeconds: j.Plan.Seconds,
	}}, nil
}

func acceptedMessage(created bool) string {
	if created {
		return "Job queued."
	}
	return "This job was submitted before."
}

// submit hands a job in for the caller.
func (s *Server) submit(ctx context.Context, id string, r job.Request) (job.Job, bool, error) {
	c := callerOf(ctx)
	j, created, err := s.o.Jobs.Submit(ctx, c, id, r)
	if err != nil {
		s.metrics.refused(err)
		return j, false, s.failSubmit(ctx, c, err)
	}
	tripOf(ctx).job = j.ID
	if created {
		s.metrics.accepted.WithLabelValues(string(c.User.Owner.Tier)).Inc()
	}
	return j, created, nil
}

// failSubmit is fail with what only a submission meets: the end of the day's jobs.
func (s *Server) failSubmit(ctx context.Context, c job.Caller, err error) error {
	if !isDailyLimit(err) {
		return s.fail(ctx, err)
	}
	left := account.DayOf(s.now()).End().Sub(s.now())
	limit := c.User.Owner.Tier.Limits().JobsPerDay
	if own := c.Key.DailyLimit; own != account.Unlimited && (limit == account.Unlimited || own < limit) {
		limit = own
	}
	return newProblem(api.CodeRateLimitExceeded, api.DetailRateLimitExceeded, api.NextRateLimitExceeded).retryAfter(left).
		with("RateLimit-Limit", fmt.Sprint(limit)).with("RateLimit-Remaining", "0").with("RateLimit-Reset", fmt.Sprint(wholeSeconds(left)))
}

// request fills defaults in and checks what the schema does not.
func (b *ExecuteBody) request() (job.Request, error) {
	r := job.Request{
		QASM: b.QASM, Shots: api.DefaultShots, Seed: b.Seed, Method: methodAuto, Memory: value(b.Memory),
		Priority: int(value(b.Priority)), Name: strings.TrimSpace(value(b.Name)), Tags: value(b.Tags),
	}
	if b.Shots != nil {
		r.Shots = *b.Shots
	}
	if m := value(b.Method); m != "" {
		r.Method = m
	}
	return r, checkRequest(&r)
}

const methodAuto = "auto"

func checkRequest(r *job.Request) error {
	switch {
	case r.QASM == "":
		return invalid("qasm: the program is empty", "send OpenQASM source")
	case !slices.Contains(run.Methods(), r.Method):
		return invalid("method: there is no such method", "the methods are "+strings.Join(run.Methods(), ", "))
	}
	for i, tag := range r.Tags {
		if tag == "" || len([]rune(tag)) > longestTag {
			return invalid(fmt.Sprintf("tags[%d]: a tag has 1 to %d characters", i, longestTag), "")
		}
	}
	return nil
}

// jobID is the caller's id of a job, from the body, the header, or both if they agree.
func jobID(body, header string) (string, error) {
	switch {
	case header == "":
		return body, nil
	case !api.ValidJobID(header):
		return "", invalid("Idempotency-Key: 1 to 128 letters, digits, dots, underscores and hyphens are allowed", "")
	case body != "" && body != header:
		return "", invalid("job_id and Idempotency-Key differ", "send one of them, or the same value in both")
	}
	return header, nil
}

func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// waitLimit is how long a request is held back at most.
const waitLimit = api.MaxWaitSeconds * time.Second
