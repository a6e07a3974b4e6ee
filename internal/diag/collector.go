package diag

import "fmt"

// Limits of a Collector: what follows a flood of messages helps nobody.
const (
	MaxErrors   = 50
	MaxWarnings = 20
)

// Collector gathers the diagnostics of one program up to MaxErrors and MaxWarnings and counts the rest. The zero value is
// ready. Not safe for concurrent use.
type Collector struct {
	list             List
	errors, warnings int
	firstCut         [2]Span // of the first error and warning that were left out
}

// Add enters d, or counts it where there are enough of its kind.
func (c *Collector) Add(d Diagnostic) {
	n, limit := &c.errors, MaxErrors
	if d.Severity == Warning {
		n, limit = &c.warnings, MaxWarnings
	}
	*n++
	switch {
	case *n <= limit:
		c.list = append(c.list, d)
	case *n == limit+1:
		c.firstCut[d.Severity] = d.Span
	}
}

// Drop counts a diagnostic that Add would leave out anyway and reports true, or reports false: a way not to word it in vain.
func (c *Collector) Drop(s Severity) bool {
	if s == Warning && c.warnings > MaxWarnings {
		c.warnings++
		return true
	}
	return false
}

// HasErrors reports whether an error was added.
func (c *Collector) HasErrors() bool { return c.errors > 0 }

// Errors is the number of errors added, those left out included.
func (c *Collector) Errors() int { return c.errors }

// Full reports whether further errors are not kept: time to stop looking for them.
func (c *Collector) Full() bool { return c.errors > MaxErrors }

// List returns what was gathered in order of place. Where some were left out, the last of their severity says so.
func (c *Collector) List() List {
	list := append(List(nil), c.list...)
	list.Sort()
	if c.errors > MaxErrors {
		list = append(list, Diagnostic{Severity: Error, Code: "too_many_errors", Span: c.firstCut[Error],
			Message: fmt.Sprintf("more than %d errors: the rest is not shown", MaxErrors)})
	}
	if n := c.warnings - MaxWarnings; n > 0 {
		list = append(list, Diagnostic{Severity: Warning, Code: "too_many_warnings", Span: c.firstCut[Warning],
			Message: fmt.Sprintf("%d more warnings are not shown, the first of them here", n)})
	}
	return list
}
