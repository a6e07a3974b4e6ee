package cli

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/expect"
)

// testJSON is a test for programs; `qcos help output` says what the members mean.
type testJSON struct {
	File    string      `json:"file"`
	Test    string      `json:"test,omitempty"`
	Status  string      `json:"status"`
	Exact   bool        `json:"exact"`
	Shots   int         `json:"shots"`
	Seed    string      `json:"seed,omitempty"`
	JobID   *string     `json:"job_id"`
	Seconds float64     `json:"execution_time_seconds"`
	Checks  []checkedIn `json:"checks"`
	Error   *errorJSON  `json:"error"`
}

type checkedIn struct {
	Kind   expect.Kind `json:"kind"`
	Title  string      `json:"title"`
	File   string      `json:"file"`
	Line   int         `json:"line"`
	Pass   bool        `json:"pass"`
	Exact  bool        `json:"exact"`
	Rate   float64     `json:"false_alarm_rate"`
	Detail string      `json:"detail"`
	Rows   []rowJSON   `json:"rows"`
}

type rowJSON struct {
	Outcome  string  `json:"outcome"`
	Expected float64 `json:"expected"`
	Seen     float64 `json:"seen"`
}

const (
	statusPassed = "passed"
	statusFailed = "failed"
	statusError  = "error"
)

func (t *test) status() string {
	switch {
	case t.err != nil:
		return statusError
	case t.passed():
		return statusPassed
	}
	return statusFailed
}

// show writes all tests, the summary, and GitHub's annotations where they are read.
func (o *testOptions) show(b *testBench, tests []*test, skipped int) error {
	var text bytes.Buffer
	for _, t := range tests {
		if o.format == formatJSON {
			if err := writeLine(&text, t.json()); err != nil {
				return err
			}
		}
	}
	if o.format == formatText {
		o.writeTests(&text, tests)
		o.writeSummary(&text, b, tests, skipped)
	}
	if err := o.app.write(text.Bytes()); err != nil {
		return err
	}
	if o.app.annotates {
		for _, t := range tests {
			annotate(o.app, t)
		}
	}
	return nil
}

func (t *test) json() testJSON {
	j := testJSON{File: t.file, Test: t.function, Status: t.status(), Checks: []checkedIn{}}
	if s := t.subject; s != nil && s.seen != nil {
		j.Exact, j.Shots, j.Seconds, j.Seed = s.seen.IsExact(), s.seen.Shots, s.seconds, s.usedFor
		if s.jobID != "" {
			j.JobID = &s.jobID
		}
	}
	for i, v := range t.verdicts {
		c := &t.suite.Checks[i]
		item := checkedIn{c.Kind, c.Title(), c.File, c.Line, v.Pass, v.Exact, v.Rate, v.Detail, []rowJSON{}}
		for _, r := range v.Rows {
			item.Rows = append(item.Rows, rowJSON{r.Key, r.Expected, r.Seen})
		}
		j.Checks = append(j.Checks, item)
	}
	if t.err != nil {
		r := &result{err: t.err, in: input{t.file}}
		if t.subject != nil {
			r.program = t.subject.program
		}
		j.Error = r.errorJSON()
	}
	return j
}

func (o *testOptions) writeTests(w *bytes.Buffer, tests []*test) {
	p := o.app.outPalette()
	marks := map[string]string{statusPassed: p.green("PASS "), statusFailed: p.red("FAIL "), statusError: p.red("ERROR")}
	names, checks, hows := 0, 0, 0
	for _, t := range tests {
		names, checks, hows = max(names, len(t.name())), max(checks, len(counted(len(t.verdicts), "check"))), max(hows, len(t.subject.how()))
	}
	for _, t := range tests {
		line := marks[t.status()] + " " + padded(diag.Printable(t.name()), names)
		if t.err != nil {
			fmt.Fprintf(w, "%s  %s\n", line, diag.Printable(config.Redact(t.err.Error())))
			continue
		}
		took := shortTime(time.Duration(t.subject.seconds * float64(time.Second)))
		if t.subject.usedFor != "" {
			took += " · seed " + t.subject.usedFor
		}
		fmt.Fprintf(w, "%s  %s  %s  %s\n", line, padded(counted(len(t.verdicts), "check"), checks), padded(t.subject.how(), hows), p.dim(took))
		for i, v := range t.verdicts {
			if !v.Pass {
				writeFailure(w, &t.suite.Checks[i], v, p)
			}
		}
	}
}

// writeFailure shows what a check expected, what was seen, and the difference.
func writeFailure(w *bytes.Buffer, c *expect.Check, v *expect.Verdict, p palette) {
	fmt.Fprintf(w, "      %s:%d: %s\n      %s\n", diag.Printable(c.File), c.Line, p.bold(diag.Printable(c.Title())), v.Detail)
	width := len("outcome")
	rows := v.Rows[:min(shownRows, len(v.Rows))]
	for _, r := range rows {
		width = max(width, len(r.Key))
	}
	fmt.Fprintf(w, "        %s\n", p.dim(fmt.Sprintf("%-*s  %9s  %9s  %9s", width, "outcome", "expected", "seen", "off by")))
	for _, r := range rows {
		fmt.Fprintf(w, "        %-*s  %9.6f  %9.6f  %+9.6f\n", width, shownKey(r.Key), r.Expected, r.Seen, r.Seen-r.Expected)
	}
	if more := len(v.Rows) - len(rows); more > 0 {
		fmt.Fprintf(w, "        %s\n", p.dim(fmt.Sprintf("and %s", counted(more, "more outcome"))))
	}
}

// writeSummary says how many passed, and what the verdicts are worth.
func (o *testOptions) writeSummary(w *bytes.Buffer, b *testBench, tests []*test, skipped int) {
	n := map[string]int{}
	exact, sampled, alarms := 0, 0, 0.0
	detect := 0.0
	for _, t := range tests {
		n[t.status()]++
		for _, v := range t.verdicts {
			if v.Exact {
				exact++
				continue
			}
			sampled++
			alarms += v.Rate
			detect = max(detect, t.suite.Detect)
		}
	}
	parts := []string{fmt.Sprintf("%d passed", n[statusPassed])}
	if n[statusFailed] > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", n[statusFailed]))
	}
	if n[statusError] > 0 {
		parts = append(parts, fmt.Sprintf("%d with errors", n[statusError]))
	}
	fmt.Fprintf(w, "%s: %s", counted(len(tests), "test"), strings.Join(parts, ", "))
	if skipped > 0 {
		fmt.Fprintf(w, " (%s without expectations)", counted(skipped, "program"))
	}
	fmt.Fprintln(w)
	if sampled == 0 {
		return
	}
	fmt.Fprintf(w, "%s exact, %d sampled: all being as expected, chance fails the run with at most %.3g\n", counted(exact, "check"), sampled, alarms)
	if o.shots == 0 {
		fmt.Fprintf(w, "a distribution that is %g %% off is missed with at most %g, where the shots were chosen here\n", 100*detect, expect.Missed)
	}
}

// annotate writes what GitHub shows beside the line of an expectation.
func annotate(a *App, t *test) {
	say := func(file string, line int, title, message string) {
		place := "file=" + escapeProperty(file)
		if line > 0 {
			place += fmt.Sprintf(",line=%d", line)
		}
		fmt.Fprintf(a.Err, "::error %s,title=%s::%s\n", place, escapeProperty(title), escapeData(message))
	}
	if t.err != nil {
		var at *expect.Error
		file, line := t.file, 0
		if as(t.err, &at) {
			file, line = at.File, at.Line
		}
		say(file, line, t.name(), config.Redact(t.err.Error()))
		return
	}
	for i, v := range t.verdicts {
		if !v.Pass {
			c := &t.suite.Checks[i]
			say(c.File, c.Line, t.name()+": "+c.Title(), v.Detail)
		}
	}
}

var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func escapeData(text string) string     { return dataEscapes.Replace(text) }
func escapeProperty(text string) string { return propertyEscapes.Replace(text) }
