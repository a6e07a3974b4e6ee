package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
)

// example is what the page begins with: three qubits in a GHZ state.
const example = `OPENQASM 3.0;
include "stdgates.inc";

// Three qubits that always agree: a GHZ state.
qubit[3] q;
bit[3] c;

h q[0];
cx q[0], q[1];
cx q[1], q[2];

c = measure q;
`

type tryData struct {
	QASM     string
	Name     string
	Shots    string
	MaxShots int64
	Left     string
	Errors   []api.Diagnostic
}

func (s *Server) tryPage(w http.ResponseWriter, r *http.Request, v visitor) error {
	d := tryData{QASM: example, Shots: strconv.Itoa(api.DefaultShots)}
	if id := r.URL.Query().Get("job"); id != "" {
		source, err := s.o.Jobs.Source(r.Context(), v.User.Owner.ID, id)
		if err != nil {
			return err
		}
		j, err := s.o.Jobs.Job(r.Context(), v.User.Owner.ID, id, false)
		if err != nil {
			return err
		}
		d.QASM, d.Shots, d.Name = source, strconv.Itoa(j.Shots), j.Name
	}
	return s.showTry(w, r, v, view{}, d)
}

func (s *Server) showTry(w http.ResponseWriter, r *http.Request, v visitor, p view, d tryData) error {
	info, err := s.o.Accounts.Info(r.Context(), v.User)
	if err != nil {
		return err
	}
	d.MaxShots = info.Limits.Shots
	d.Left = "Your tier has no daily limit."
	if most := info.Limits.JobsPerDay; most > 0 {
		d.Left = fmt.Sprintf("%s of %s jobs are left today.", thousands(max(0, most-info.JobsToday)), thousands(most))
	}
	p.Title, p.Data = "Try a circuit", d
	if len(d.Errors) > 0 {
		p.Wrong = map[string]string{"qasm": "errors"}
	}
	return s.page(w, r, v, "try", p)
}

func (s *Server) try(w http.ResponseWriter, r *http.Request, v visitor) error {
	if err := parseForm(r); err != nil {
		return err
	}
	d := tryData{QASM: strings.ReplaceAll(r.PostForm.Get("qasm"), "\r\n", "\n"), Name: strings.TrimSpace(r.PostForm.Get("name")), Shots: r.PostForm.Get("shots")}
	shots, err := strconv.Atoi(d.Shots)
	if err != nil || shots < 1 {
		return s.showTry(w, r, v, view{Problem: "Shots is a whole number, at least 1."}, d)
	}
	if utf8.RuneCountInString(d.Name) > 100 {
		return s.showTry(w, r, v, view{Problem: "The name has more than 100 characters."}, d)
	}
	j, _, err := s.o.Jobs.Submit(r.Context(), job.Caller{User: v.User}, "", job.Request{QASM: d.QASM, Shots: shots, Method: "auto", Name: d.Name, Tags: []string{}})
	if err == nil {
		http.Redirect(w, r, "/app/jobs/"+url.PathEscape(j.ID), http.StatusSeeOther)
		return nil
	}
	var circuit *job.CircuitError
	var size *account.SizeError
	var forbidden *job.ForbiddenError
	var infeasible *run.InfeasibleError
	var large *job.ResultTooLargeError
	p := view{}
	switch {
	case errors.As(err, &circuit):
		d.Errors = circuit.Diagnostics
	case errors.As(err, &size):
		p.Problem = size.Error() + " " + api.NextQuotaExceeded
	case errors.Is(err, job.ErrDailyLimit):
		p.Problem = api.DetailRateLimitExceeded
	case errors.As(err, &infeasible):
		p.Problem = upperFirst(infeasible.Error()) + "."
	case errors.As(err, &forbidden), errors.As(err, &large):
		p.Problem = upperFirst(err.Error()) + "."
	default:
		return err
	}
	return s.showTry(w, r, v, p, d)
}
