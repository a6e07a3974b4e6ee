// Package report is how the parts of the front end speak of a program: errors, and deviations from the specification, which
// the default mode accepts with a warning and strict mode refuses.
package report

import (
	"fmt"

	"github.com/softquantus/qcos/internal/diag"
)

// Reporter gathers the diagnostics of one program. Not safe for concurrent use.
type Reporter struct {
	diag.Collector
	Strict bool // deviations are errors
}

// Error reports what makes the program invalid. Hint may be empty.
func (r *Reporter) Error(at diag.Span, code, hint, format string, args ...any) {
	r.Add(diag.Diagnostic{Severity: diag.Error, Code: code, Span: at, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// Warn reports what the user should know of a valid program.
func (r *Reporter) Warn(at diag.Span, code, hint, format string, args ...any) {
	if r.Drop(code, at) {
		return
	}
	r.Add(diag.Diagnostic{Severity: diag.Warning, Code: code, Span: at, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// Deviation reports what the specification does not allow and the default mode understands all the same.
func (r *Reporter) Deviation(at diag.Span, code, hint, format string, args ...any) {
	if r.Strict {
		r.Error(at, code, hint, format, args...)
	} else {
		r.Warn(at, code, hint, format, args...)
	}
}

// Also shows another place that the diagnostic reported last is about.
func (r *Reporter) Also(at diag.Span, format string, args ...any) {
	if m := r.Last(); m != 0 {
		r.Note(m, at, fmt.Sprintf(format, args...))
	}
}

// Clip shortens a text that is to be quoted in a message.
func Clip(text string) string {
	const limit = 40
	if len(text) <= limit {
		return text
	}
	end := limit - 3
	for end > 0 && text[end]&0xC0 == 0x80 { // not within a code point
		end--
	}
	return text[:end] + "..."
}
