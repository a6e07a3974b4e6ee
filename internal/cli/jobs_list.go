package cli

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

type jobsListOptions struct {
	app    *App
	remote clientOptions

	filter qcos.JobFilter
	status string
	limit  int
	format format
}

const (
	listedJobs = 20
	mostJobs   = 100000
	jobsOnPage = 100
)

func newJobsListCommand(a *App) *cobra.Command {
	o := &jobsListOptions{app: a, remote: clientOptions{app: a}, limit: listedJobs}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List jobs, newest first",
		Long: "List the jobs of your account, newest first: state, place in the queue, name, tags, when each was accepted, how long it\n" +
			"waited and how long it ran. With --format json, one job a line.",
		Example:           "  qcos jobs list --status queued\n  qcos jobs list --tag ci --limit 100 --format json",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.status, "status", "", "jobs in this `STATE` only: queued, processing, completed, failed or cancelled")
	flags.StringVar(&o.filter.Name, "name", "", "jobs of this `NAME` only")
	flags.StringVar(&o.filter.Tag, "tag", "", "jobs that have this `WORD` as a tag only")
	flags.Var(countValue{&o.limit, mostJobs}, "limit", "how many are shown at most")
	o.remote.addFlags(cmd, config.Timeout)
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *jobsListOptions) run(ctx context.Context) error {
	client, _, err := o.remote.client()
	if err != nil {
		return err
	}
	o.filter.Status = api.Status(o.status)
	o.filter.Limit = min(o.limit, jobsOnPage)
	var jobs []api.Job
	for job, err := range client.Jobs(ctx, o.filter) {
		if err != nil {
			return err
		}
		if jobs = append(jobs, job); len(jobs) == o.limit {
			break
		}
	}
	if o.format == formatJSON {
		return o.app.writeJobs(jobs)
	}
	return o.app.write(jobsTable(jobs, o.app.Now()))
}

// writeJobs writes one job a line.
func (a *App) writeJobs(jobs []api.Job) error {
	var text bytes.Buffer
	for _, job := range jobs {
		if err := writeLine(&text, job); err != nil {
			return err
		}
	}
	return a.write(text.Bytes())
}

func jobsTable(jobs []api.Job, now time.Time) []byte {
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSTATUS\tPLACE\tNAME\tTAGS\tCREATED\tWAITED\tRAN")
	for i := range jobs {
		j := &jobs[i]
		place := "-"
		if j.QueuePosition != nil {
			place = strconv.Itoa(*j.QueuePosition)
		}
		waited, ran := jobTimes(j, now)
		cells := []string{j.JobID, string(j.Status), place, orDash(j.Name), orDash(strings.Join(j.Tags, ",")), j.CreatedAt.Format("2006-01-02 15:04:05"), waited, ran}
		for k, cell := range cells {
			cells[k] = diag.Printable(strings.ReplaceAll(cell, "\t", " "))
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	_ = table.Flush() // a buffer takes everything
	return text.Bytes()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// jobTimes says how long a job waited and ran, until now where it still does.
func jobTimes(j *api.Job, now time.Time) (waited, ran string) {
	end := now
	if j.CompletedAt != nil {
		end = j.CompletedAt.Time
	}
	if j.StartedAt == nil {
		return shortTime(max(0, end.Sub(j.CreatedAt.Time))), "-"
	}
	return shortTime(max(0, j.StartedAt.Sub(j.CreatedAt.Time))), shortTime(max(0, end.Sub(j.StartedAt.Time)))
}
