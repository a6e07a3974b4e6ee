package web

import (
	"encoding/csv"
	"errors"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
)

type jobData struct {
	Job    jobView
	Result *resultView
	Source string
	Cut    int // how many characters are shown, where there are more
}

type resultView struct {
	Rows         []outcome
	Outcomes     int // there are altogether
	Hidden       int // of them not among Rows
	Drawn        int // rows in the histogram, where there are more; 0: all
	Histogram    template.HTML
	Warnings     []string
	Seconds      float64
	Peak         int64
	Kernel, Seed string
	Device       string
}

const (
	rowsShown   = 32
	barsShown   = 16
	sourceShown = 50_000 // characters: with everything else a page stays below 100 kB
)

func (s *Server) jobPage(w http.ResponseWriter, r *http.Request, v visitor) error {
	ctx, owner, id := r.Context(), v.User.Owner.ID, r.PathValue("id")
	j, err := s.o.Jobs.Job(ctx, owner, id, true)
	if errors.Is(err, job.ErrPurged) {
		j, err = s.o.Jobs.Job(ctx, owner, id, false)
	}
	if err != nil {
		return err
	}
	d := jobData{Job: viewOf(j)}
	if j.Result != nil {
		if d.Result, err = showResult(j.Result); err != nil {
			return err
		}
	}
	d.Source, err = s.o.Jobs.Source(ctx, owner, id)
	if err != nil && !errors.Is(err, job.ErrPurged) {
		return err
	}
	if errors.Is(err, job.ErrPurged) {
		d.Job.Purged = true
	}
	if utf8.RuneCountInString(d.Source) > sourceShown {
		d.Source, d.Cut = string([]rune(d.Source)[:sourceShown]), sourceShown
	}
	title := d.Job.Name
	if title == "" {
		title = "Job " + d.Job.ID
	}
	return s.page(w, r, v, "job", view{Title: title, Data: d})
}

// showResult reads a result in a stream and keeps what a page shows of it.
func showResult(from io.WriterTo) (*resultView, error) {
	best := &largest{most: rowsShown}
	result, err := readResult(from, best.add)
	if err != nil {
		return nil, err
	}
	v := &resultView{
		Rows: best.rows(result.Shots), Warnings: result.Warnings, Seconds: result.ExecutionTimeSeconds,
		Peak: result.PeakMemoryBytes, Kernel: result.Kernel, Device: result.Device,
	}
	v.Outcomes, v.Hidden = best.seen, best.seen-len(v.Rows)
	drawn := v.Rows
	if len(drawn) > barsShown {
		drawn, v.Drawn = drawn[:barsShown], barsShown
	}
	if result.Seed != nil {
		v.Seed = strconv.FormatUint(*result.Seed, 10)
	}
	v.Histogram = histogram(drawn, result.Shots, best.seen-len(drawn))
	return v, nil
}

// finished finds a job of the visitor that has a result.
func (s *Server) finished(r *http.Request, v visitor) (job.View, error) {
	j, err := s.o.Jobs.Job(r.Context(), v.User.Owner.ID, r.PathValue("id"), true)
	if err == nil && j.Result == nil {
		err = account.ErrNotFound
	}
	return j, err
}

func download(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`) // ids of jobs have no character that needs quoting
}

func (s *Server) resultJSON(w http.ResponseWriter, r *http.Request, v visitor) error {
	j, err := s.finished(r, v)
	if err != nil {
		return err
	}
	download(w, "application/json", j.ID+".json")
	_, err = j.Result.WriteTo(w)
	return s.tooLate(r, err)
}

func (s *Server) countsCSV(w http.ResponseWriter, r *http.Request, v visitor) error {
	j, err := s.finished(r, v)
	if err != nil {
		return err
	}
	download(w, "text/csv; charset=utf-8", j.ID+".csv")
	out := csv.NewWriter(w)
	_ = out.Write([]string{"outcome", "count"})
	_, err = readResult(j.Result, func(key string, n int) error { return out.Write([]string{key, strconv.Itoa(n)}) })
	out.Flush()
	return s.tooLate(r, err)
}

// tooLate logs the failure of an answer that has begun: no page can be put in its place.
func (s *Server) tooLate(r *http.Request, err error) error {
	if err != nil {
		s.log.Warn("a download ended early", "path", r.URL.Path, "error", err)
	}
	return nil
}
