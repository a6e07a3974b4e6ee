package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

// jobOptions are the flags about a job at the server.
type jobOptions struct {
	id   string
	name string
	tags []string
}

func (o *jobOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.id, "job-id", "", "the job's `ID` at the server; run again with the same program it is the same job (default made here)")
	flags.StringVar(&o.name, "name", "", "a `NAME` for people, shown by qcos jobs (default the file's)")
	flags.StringArrayVar(&o.tags, "tag", nil, "a `WORD` to find the job by; may be repeated")
}

func (o *jobOptions) check(inputs []input) error {
	switch {
	case o.id != "" && !api.ValidJobID(o.id):
		return &UsageError{
			Detail: fmt.Sprintf("--job-id %q: one to %d letters, digits, dots, underscores and hyphens are needed", config.Redact(o.id), api.MaxJobIDLength),
		}
	case o.id != "" && len(inputs) > 1:
		return &UsageError{Detail: fmt.Sprintf("--job-id names one job, and there are %d files", len(inputs)), Next: "name them with --name or --tag"}
	}
	return nil
}

// runRemote sends all programs to the server and writes their results in the order of the files.
func (o *executeOptions) runRemote(ctx context.Context, settings *config.Settings, inputs []input, out sink, why string) error {
	if err := o.job.check(inputs); err != nil {
		return err
	}
	client, err := o.remote.clientFor(settings)
	if err != nil {
		return err
	}
	o.app.tellBackend(true, client.URL(), why)
	r := &remoteRun{app: o.app, client: client, request: o.request(), timeout: o.timeout, status: o.app.newStatusLine()}
	defer r.status.close()
	o.app.settles.Store(true)
	defer o.app.settles.Store(false)
	r.start(ctx, inputs)
	failures := o.runAll(ctx, inputs, out, func(ctx context.Context, in input, res *result) error {
		outcome := r.next(ctx)
		r.status.clear()
		err := outcome.into(o.app, res)
		if err == nil {
			o.app.showWarnings(in, res.report.Warnings)
		}
		return o.late(err)
	})
	if errors.Is(failures, context.Canceled) {
		r.status.close()
		o.app.settleJobs(client, r.jobs.list())
	}
	return failures
}

// late words a run that --timeout ended.
func (o *executeOptions) late(err error) error {
	var late *qcos.TimeoutError
	if errors.As(err, &late) {
		return &remoteTimeoutError{late, o.timeout.String()}
	}
	return err
}

// remoteTimeoutError is a job that --timeout did not wait for.
type remoteTimeoutError struct {
	job   *qcos.TimeoutError
	limit string
}

func (e *remoteTimeoutError) Error() string {
	return fmt.Sprintf("job %s is not finished after %s, the limit of --timeout", e.job.JobID, e.limit)
}
func (e *remoteTimeoutError) Unwrap() error { return e.job }

// request is what all programs' requests have in common.
func (o *executeOptions) request() api.ExecuteRequest {
	r := api.ExecuteRequest{
		Shots: o.sim.shots, Seed: o.sim.seed, Memory: o.sim.memory, JobID: o.job.id, Name: o.job.name, Tags: o.job.tags,
	}
	if o.sim.method != plan.AutoMethod {
		r.Method = o.sim.method
	}
	return r
}
