package cli

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

type jobsWaitOptions struct {
	app    *App
	remote clientOptions

	ids     []string
	timeout time.Duration
	format  format
}

func newJobsWaitCommand(a *App) *cobra.Command {
	o := &jobsWaitOptions{app: a, remote: clientOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "wait ID...",
		Short: "Wait for jobs and print their results",
		Long: "Wait until jobs are finished and print their results as qcos execute does, in the order of the ids; the file is the job's\n" +
			"name. Ctrl-C ends the waiting, not the jobs.",
		Example:           "  qcos jobs wait nightly-7\n  qcos jobs wait --timeout 10m --format json nightly-7 nightly-8",
		Args:              jobIDs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.ids = args
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().Var(timeValue{&o.timeout}, "timeout", "stop waiting after this long, such as 30s or 10m (default none)")
	o.remote.addFlags(cmd)
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *jobsWaitOptions) run(ctx context.Context) error {
	client, _, err := o.remote.client()
	if err != nil {
		return err
	}
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.timeout)
		defer cancel()
	}
	status := o.app.newStatusLine()
	defer status.close()
	var sep blocks
	failures := o.app.eachJob(o.ids, func(id string) error {
		r := &result{in: input{id}, remote: &remoteFacts{jobID: id}}
		got, err := client.Job(id).WaitWith(ctx, func(j *api.Job) {
			if j.Name != "" {
				r.in.name = j.Name
			}
			status.set((&remoteRun{}).progress(j))
		})
		if errors.Is(err, context.Canceled) {
			return err
		}
		status.clear()
		return o.write(r, got, err, &sep)
	})
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	return failures
}

// write writes the result of a job, which a failure has too where it is JSON.
func (o *jobsWaitOptions) write(r *result, got *qcos.Result, err error, sep *blocks) error {
	outcome := remoteOutcome{jobID: r.remote.jobID, result: got, err: err}
	r.err = outcome.into(o.app, r)
	var text bytes.Buffer
	switch {
	case o.format == formatJSON:
		options := &simulationOptions{}
		if got != nil {
			options.memory = got.Memory != nil
		}
		if e := r.writeJSON(&text, options); e != nil {
			return e
		}
	case r.err == nil:
		sep.next(&text)
		r.writeText(&text, textStyle{palette: o.app.outPalette(), width: width(o.app.Out)})
	}
	if e := o.app.write(text.Bytes()); e != nil {
		return e
	}
	if r.err == nil {
		o.app.showWarnings(r.in, r.report.Warnings)
	}
	return r.err
}
