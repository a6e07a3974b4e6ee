package cli

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/softquantus/qcos/internal/config"
)

// The report in the form that JUnit's users read: a suite a test, a case a check.
type (
	junitReport struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}

	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}

	junitCase struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		File    string      `xml:"file,attr,omitempty"`
		Line    int         `xml:"line,attr,omitempty"`
		Time    string      `xml:"time,attr"`
		Failure *junitWords `xml:"failure"`
		Error   *junitWords `xml:"error"`
	}

	junitWords struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func writeJUnit(w sink, tests []*test) error {
	report := junitReport{Name: "qcos test"}
	for _, t := range tests {
		s := t.junit()
		report.Tests, report.Failures, report.Errors = report.Tests+s.Tests, report.Failures+s.Failures, report.Errors+s.Errors
		report.Suites = append(report.Suites, s)
	}
	text, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("internal error: %w", err)
	}
	return w.write([]byte(xml.Header + string(text) + "\n"))
}

func (t *test) junit() junitSuite {
	s := junitSuite{Name: t.name(), Time: "0"}
	if t.subject != nil {
		s.Time = fmt.Sprintf("%.6f", t.subject.seconds)
	}
	if t.err != nil {
		words := config.Redact(t.err.Error())
		s.Tests, s.Errors = 1, 1
		s.Cases = []junitCase{{Name: "run", Class: t.name(), File: t.file, Time: s.Time, Error: &junitWords{Message: words}}}
		return s
	}
	for i, v := range t.verdicts {
		c := &t.suite.Checks[i]
		item := junitCase{Name: c.Title(), Class: t.name(), File: c.File, Line: c.Line, Time: s.Time}
		if !v.Pass {
			var rows strings.Builder
			for _, r := range v.Rows[:min(shownRows, len(v.Rows))] {
				fmt.Fprintf(&rows, "%s expected %.6f seen %.6f\n", shownKey(r.Key), r.Expected, r.Seen)
			}
			item.Failure = &junitWords{v.Detail, rows.String()}
			s.Failures++
		}
		s.Tests++
		s.Cases = append(s.Cases, item)
	}
	return s
}
