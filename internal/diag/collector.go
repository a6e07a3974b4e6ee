package diag

import "fmt"

// Limits of a Collector: what follows a flood of messages helps nobody.
const (
	MaxErrors   = 50
	MaxWarnings = 20
	MaxAlike    = 3 // warnings of one code
)

// Collector gathers the diagnostics of one program up to the limits and counts the rest. The zero value is ready. Not safe for
// concurrent use.
type Collector struct {
	list     List
	errors   int
	warnings int     // kept
	cut      int     // warnings left out
	firstCut [2]Span // of the first error and the first warning that were left out
	alike    []tally // of warnings
	last     int     // index in list of the one added last, counted from 1; 0 where that was left out
}

// tally counts the warnings of one code that were kept.
type tally struct {
	code string
	n    int
}

// Add enters d, or counts it where there are enough of its kind.
func (c *Collector) Add(d Diagnostic) {
	c.last = 0
	if d.Severity == Warning {
		if !c.Drop(d.Code, d.Span) {
			c.keep(d)
		}
		return
	}
	c.errors++
	switch {
	case c.errors <= MaxErrors:
		c.list = append(c.list, d)
		c.last = len(c.list)
	case c.errors == MaxErrors+1:
		c.firstCut[Error] = d.Span
	}
}

func (c *Collector) keep(d Diagnostic) {
	c.list = append(c.list, d)
	c.last = len(c.list)
	c.warnings++
	for i := range c.alike {
		if c.alike[i].code == d.Code {
			c.alike[i].n++
			return
		}
	}
	c.alike = append(c.alike, tally{d.Code, 1})
}

// Mark names a Diagnostic in a Collector, so that more can be said of it later. The zero Mark is one that was left out.
type Mark int

// Last is the Diagnostic added last.
func (c *Collector) Last() Mark { return Mark(c.last) }

// Note adds a place to a Diagnostic that was added before. A place outside of all texts is none.
func (c *Collector) Note(m Mark, at Span, message string) {
	if m > 0 && at.Start > 0 {
		d := &c.list[m-1]
		d.Notes = append(d.Notes, Note{Span: at, Message: message})
	}
}

// Drop counts a warning that Add would leave out and reports true, or reports false: a way not to word it in vain.
func (c *Collector) Drop(code string, at Span) bool {
	full := c.warnings >= MaxWarnings
	for i := range c.alike {
		full = full || c.alike[i].n >= MaxAlike && c.alike[i].code == code
	}
	if full {
		c.last = 0
		if c.cut == 0 {
			c.firstCut[Warning] = at
		}
		c.cut++
	}
	return full
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
		list = append(list, Diagnostic{
			Severity: Error, Code: "too_many_errors", Span: c.firstCut[Error],
			Message: fmt.Sprintf("more than %d errors: the rest is not shown", MaxErrors),
		})
	}
	if c.cut > 0 {
		list = append(list, Diagnostic{
			Severity: Warning, Code: "too_many_warnings", Span: c.firstCut[Warning],
			Message: fmt.Sprintf("warnings like those above that are not shown: %d, the first of them here", c.cut),
		})
	}
	return list
}
