package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/pkg/api"
)

// jobView is a job as a page shows it.
type jobView struct {
	ID, Path, Name        string
	Tags                  []string
	Class, StatusText     string
	Finished, Purged      bool
	Position              int
	Qubits, Shots         int
	Method, Priority, Key string
	Plan                  job.Plan
	Failure, FailureTitle string

	Created, Started, Completed time.Time
}

func viewOf(j job.View) jobView {
	v := jobView{
		ID: j.ID, Path: "/app/jobs/" + url.PathEscape(j.ID), Name: j.Name, Tags: j.Tags,
		Class: string(j.Status), StatusText: statusText(j), Finished: j.Status.Finished(), Purged: !j.PurgedAt.IsZero(),
		Position: j.Position, Qubits: j.Qubits, Shots: j.Shots, Method: j.Plan.Method, Priority: j.Priority.String(), Key: j.KeyID, Plan: j.Plan,
		Created: j.CreatedAt, Started: j.StartedAt, Completed: j.CompletedAt,
	}
	if v.Method == "" {
		v.Method = j.Method
	}
	if f := j.Failure; f != nil {
		v.Failure, v.FailureTitle = f.Detail, "The job failed"
		if j.Status == api.StatusCancelled {
			v.FailureTitle = "The job was cancelled"
		}
	}
	return v
}

func statusText(j job.View) string {
	if j.Status == api.StatusQueued && j.Position > 0 {
		return "queued, number " + strconv.Itoa(j.Position)
	}
	return string(j.Status)
}

type overviewData struct {
	Info     any
	Limit    string
	Used     int // percent of today's jobs; 0 shows no bar
	ResetsIn string
	Keys     []keyView
	Old      int
	Jobs     []jobView
	URL      string
}

func (s *Server) overview(w http.ResponseWriter, r *http.Request, v visitor) error {
	ctx := r.Context()
	info, err := s.o.Accounts.Info(ctx, v.User)
	if err != nil {
		return err
	}
	d := overviewData{Info: info, Limit: "unlimited", ResetsIn: span(info.ResetsAt.Sub(s.o.Identity.Now())), URL: s.url(r)}
	if most := info.Limits.JobsPerDay; most > 0 {
		d.Limit = thousands(most)
		d.Used = int(min(100, 100*info.JobsToday/most))
	}
	if d.Keys, d.Old, err = s.keyViews(ctx, v.User.Owner.ID); err != nil {
		return err
	}
	jobs, _, err := s.o.Jobs.Jobs(ctx, v.User.Owner.ID, job.Filter{Limit: 5})
	if err != nil {
		return err
	}
	for _, j := range jobs {
		d.Jobs = append(d.Jobs, viewOf(j))
	}
	return s.page(w, r, v, "overview", view{Title: "Overview", Data: d})
}

type jobsData struct {
	Jobs              []jobView
	Status, Name, Tag string
	Statuses          []string
	Filtered, Paged   bool
	Older, Newest     string
}

const jobsOnPage = 25

var statuses = []string{string(api.StatusQueued), string(api.StatusProcessing), string(api.StatusCompleted), string(api.StatusFailed), string(api.StatusCancelled)}

func (s *Server) jobsPage(w http.ResponseWriter, r *http.Request, v visitor) error {
	q := r.URL.Query()
	d := jobsData{Name: strings.TrimSpace(q.Get("name")), Tag: strings.TrimSpace(q.Get("tag")), Statuses: statuses}
	if slices.Contains(statuses, q.Get("status")) {
		d.Status = q.Get("status")
	}
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	d.Filtered, d.Paged = d.Status != "" || d.Name != "" || d.Tag != "", before > 0
	jobs, next, err := s.o.Jobs.Jobs(r.Context(), v.User.Owner.ID, job.Filter{
		Status: api.Status(d.Status), Name: d.Name, Tag: d.Tag, Before: job.Row(max(0, before)), Limit: jobsOnPage,
	})
	if err != nil {
		return err
	}
	for _, j := range jobs {
		d.Jobs = append(d.Jobs, viewOf(j))
	}
	d.Newest = d.address(0)
	if next != 0 {
		d.Older = d.address(next)
	}
	return s.page(w, r, v, "jobs", view{Title: "Jobs", Data: d})
}

// address is that of the same list from another row on.
func (d jobsData) address(before job.Row) string {
	q := url.Values{}
	for name, value := range map[string]string{"status": d.Status, "name": d.Name, "tag": d.Tag} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(int64(before), 10))
	}
	if len(q) == 0 {
		return "/app/jobs"
	}
	return "/app/jobs?" + q.Encode()
}

func (s *Server) cancelJob(w http.ResponseWriter, r *http.Request, v visitor) error {
	j, err := s.o.Jobs.Cancel(r.Context(), v.User.Owner.ID, r.PathValue("id"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, viewOf(j).Path, http.StatusSeeOther)
	return nil
}

func (s *Server) deleteJob(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := s.o.Jobs.Purge(r.Context(), v.User.Owner.ID, r.PathValue("id")); err != nil {
		return err
	}
	s.flash(r, "Circuit and result were deleted.")
	http.Redirect(w, r, "/app/jobs", http.StatusSeeOther)
	return nil
}
