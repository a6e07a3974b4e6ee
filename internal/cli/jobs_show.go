package cli

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/pkg/api"
)

type jobsShowOptions struct {
	app    *App
	remote clientOptions

	ids    []string
	format format
}

func newJobsShowCommand(a *App) *cobra.Command {
	o := &jobsShowOptions{app: a, remote: clientOptions{app: a}}
	cmd := &cobra.Command{
		Use:               "show ID...",
		Short:             "Show what is known of jobs",
		Long:              "Show jobs as they are now: state, times, plan, error. With --format json, one job a line, with its result.",
		Example:           "  qcos jobs show nightly-7\n  qcos jobs show --format json nightly-7 nightly-8",
		Args:              jobIDs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.ids = args
			return o.run(cmd.Context())
		},
	}
	o.remote.addFlags(cmd, config.Timeout)
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *jobsShowOptions) run(ctx context.Context) error {
	client, _, err := o.remote.client()
	if err != nil {
		return err
	}
	var sep blocks
	return o.app.eachJob(o.ids, func(id string) error {
		job, err := client.Job(id).Status(ctx)
		if err != nil {
			return err
		}
		if o.format == formatJSON {
			return o.app.writeJobs([]api.Job{*job})
		}
		var text bytes.Buffer
		sep.next(&text)
		o.app.writeJob(&text, job)
		return o.app.write(text.Bytes())
	})
}

// writeJob writes a job for people; its counts are what qcos jobs wait shows.
func (a *App) writeJob(w *bytes.Buffer, j *api.Job) {
	p := a.outPalette()
	fmt.Fprintln(w, p.bold(diag.Printable(j.JobID)))
	fact := func(name, value string) {
		if value != "" {
			writeFact(w, p, name, diag.Printable(value))
		}
	}
	fact("status", string(j.Status))
	if j.QueuePosition != nil {
		fact("place", strconv.Itoa(*j.QueuePosition)+" in the queue")
	}
	fact("name", j.Name)
	fact("tags", strings.Join(j.Tags, ", "))
	fact("created", j.CreatedAt.String())
	waited, ran := jobTimes(j, a.Now())
	fact("waited", waited)
	if ran != "-" {
		fact("ran", ran)
	}
	if j.Plan != nil {
		fact("plan", fmt.Sprintf("%s, about %s, %s", j.Plan.Method, shortSeconds(j.Plan.EstimatedSeconds), plan.Bytes(j.Plan.EstimatedBytes)))
	}
	if j.Result != nil {
		fact("result", fmt.Sprintf("%s of %s; qcos jobs wait %s shows the counts", counted(len(j.Result.Counts), "outcome"), counted(j.Result.Shots, "shot"), j.JobID))
	}
	if j.Error != nil {
		fact("error", *j.Error)
	}
}
