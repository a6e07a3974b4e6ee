package cli

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/sim"
)

const (
	shownRows   = 16 // of outcomes, shots, probabilities and amplitudes; JSON has them all
	widestBar   = 40 // columns
	narrowest   = 8  // columns; where there is less room there is no bar
	indentation = "  "
)

// textStyle is how a result is laid out for people.
type textStyle struct {
	palette palette
	width   int // columns
}

// writeText writes the block of a file: what was run on one line, then the outcomes by falling count.
func (r *result) writeText(w *bytes.Buffer, st textStyle) {
	p := st.palette
	fmt.Fprintf(w, "%s  %s\n", p.bold(r.in.shown()), p.dim(r.headline()))
	rows := make([]row, 0, shownRows)
	for _, c := range r.report.Counts[:min(shownRows, len(r.report.Counts))] {
		rows = append(rows, row{c.Key, grouped(c.N), float64(c.N) / float64(r.report.Shots)})
	}
	writeRows(w, rows, st)
	if rest := r.report.Counts[len(rows):]; len(rest) > 0 {
		shots := 0
		for _, c := range rest {
			shots += c.N
		}
		fmt.Fprintf(w, "%s%s\n", indentation, p.dim(fmt.Sprintf("and %s (%s)", counted(len(rest), "more outcome"), counted(shots, "shot"))))
	}
	r.writeExtras(w, st)
}

func (r *result) writeExtras(w *bytes.Buffer, st textStyle) {
	if r.report.Memory != nil {
		writeMemory(w, r.report.Memory, st)
	}
	if r.report.Probabilities != nil {
		writeProbabilities(w, r.report, st)
	}
	if r.report.Variables != nil {
		writeVariables(w, r.report.Variables, st)
	}
	if r.report.StateVector != nil {
		writeState(w, r.report.StateVector, st)
	}
}

func (r *result) headline() string {
	facts := []string{counted(r.report.Shots, "shot")}
	if method := r.report.Plan.Method; method != "" {
		if r.report.Plan.Precision == sim.Single {
			method += " (single precision)"
		}
		facts = append(facts, method)
	}
	facts = append(facts, shortTime(r.report.Duration))
	if r.remote == nil || r.remote.seeded {
		facts = append(facts, "seed "+strconv.FormatUint(r.report.Seed, 10))
	}
	if r.remote != nil {
		facts = append(facts, diag.Printable(r.remote.jobID))
	}
	return strings.Join(facts, " · ")
}

// row is an outcome with a number in words and the fraction that it is of all.
type row struct {
	key      string
	number   string
	fraction float64
}

// writeRows writes a table: outcome, number, percentage, bar. The longest bar belongs to the largest fraction.
func writeRows(w *bytes.Buffer, rows []row, st textStyle) {
	keys, numbers, largest := 0, 0, 0.0
	for _, r := range rows {
		keys, numbers, largest = max(keys, len(shownKey(r.key))), max(numbers, len(r.number)), max(largest, r.fraction)
	}
	room := min(widestBar, st.width-len(indentation)-keys-numbers-len("    100.0 %  "))
	for _, r := range rows {
		line := fmt.Sprintf("%s%s  %*s  %s", indentation, st.palette.bold(padded(shownKey(r.key), keys)), numbers, r.number, percent(r.fraction))
		if room >= narrowest {
			line += "  " + st.palette.cyan(bar(r.fraction/largest, room))
		}
		w.WriteString(line + "\n")
	}
}

func padded(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}

// shownKey makes the key of a program without classical bits visible.
func shownKey(key string) string {
	if key == "" {
		return `""`
	}
	return key
}

// percent has six columns at least.
func percent(f float64) string {
	if f > 0 && f < 0.0005 {
		return "<0.1 %"
	}
	if f < 1 && f >= 0.9995 {
		return "99.9 %" // not quite all
	}
	return fmt.Sprintf("%4.1f %%", 100*f)
}

// bar draws a fraction of n columns in eighths of a column.
func bar(fraction float64, n int) string {
	eighths := int(math.Round(fraction * float64(8*n)))
	if eighths == 0 && fraction > 0 {
		eighths = 1
	}
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string(rune('█' + 8 - rest)) // U+2588 is the full block, U+258F the thinnest
	}
	return s
}

func writeMemory(w *bytes.Buffer, memory []string, st textStyle) {
	writeTitle(w, "shots in order", len(memory), st)
	for _, key := range memory[:min(shownRows, len(memory))] {
		fmt.Fprintf(w, "%s%s\n", indentation, shownKey(key))
	}
}

func writeProbabilities(w *bytes.Buffer, r *run.Report, st textStyle) {
	title := "exact probabilities"
	if !r.ProbabilitiesComplete {
		title = fmt.Sprintf("exact probabilities, the %s largest", grouped(len(r.Probabilities)))
	}
	writeTitle(w, title, len(r.Probabilities), st)
	var rows []row
	for _, k := range r.Probabilities[:min(shownRows, len(r.Probabilities))] {
		rows = append(rows, row{k.Key, fmt.Sprintf("%.9f", k.P), k.P})
	}
	writeRows(w, rows, st)
}

// negligible amplitudes are rounding; text leaves them out.
const negligible = 1e-9

func writeState(w *bytes.Buffer, state []complex128, st textStyle) {
	qubits := 0
	for 1<<qubits < len(state) {
		qubits++
	}
	var indices []int
	for i, a := range state {
		if math.Hypot(real(a), imag(a)) > negligible {
			indices = append(indices, i)
		}
	}
	writeTitle(w, "final state, q[0] rightmost", len(indices), st)
	for _, i := range indices[:min(shownRows, len(indices))] {
		fmt.Fprintf(w, "%s|%0*b⟩  %+.9f %+.9fi\n", indentation, qubits, i, flat(real(state[i])), flat(imag(state[i])))
	}
}

// flat takes the sign off a zero and off what prints as one.
func flat(x float64) float64 {
	if math.Abs(x) < 5e-10 {
		return 0
	}
	return x
}

func writeTitle(w *bytes.Buffer, title string, n int, st textStyle) {
	if n > shownRows {
		title += fmt.Sprintf(" (%d of %s; --format json has all)", shownRows, grouped(n))
	}
	fmt.Fprintf(w, "%s%s\n", indentation, st.palette.dim(title+":"))
}

// counted is a number of things.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return grouped(n) + " " + thing + "s"
}

// grouped writes thousands apart, as in 100,000.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// shortTime gives a duration about three digits.
func shortTime(d time.Duration) string {
	ms, s := float64(d)/float64(time.Millisecond), d.Seconds()
	switch {
	case ms < 1:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 10:
		return fmt.Sprintf("%.1f ms", ms)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", ms)
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", s)
	}
	return d.Round(time.Second).String()
}

// shortSeconds is shortTime for an estimate, which may be beyond all durations.
func shortSeconds(s float64) string {
	const year = 365 * 24 * 3600
	switch {
	case s >= year:
		return "more than a year"
	case s >= 2*24*3600:
		return fmt.Sprintf("%.0f days", s/(24*3600))
	}
	return shortTime(time.Duration(s * float64(time.Second)))
}
