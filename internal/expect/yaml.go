package expect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Suffix is what a file of expectations ends in, in the place of the circuit's .qasm.
const Suffix = ".expect.yaml"

// ParseYAML reads a file of expectations; its errors are *Error.
func ParseYAML(file string, text []byte) (*Suite, error) {
	r := &reader{file: file}
	root, err := r.document(text)
	if err != nil {
		return nil, err
	}
	s := &Suite{Detect: DefaultDetect}
	rate := 0.0
	err = r.members(root, map[string]func(*yaml.Node) error{
		"shots":  func(n *yaml.Node) error { return r.shots(n, &s.Shots) },
		"seed":   func(n *yaml.Node) error { return r.seed(n, &s.Seed) },
		"detect": func(n *yaml.Node) error { return r.number(n, &s.Detect, parseDetect) },
		"rate":   func(n *yaml.Node) error { return r.number(n, &rate, parseRate) },
		"expect": func(n *yaml.Node) error { return r.checks(n, s) },
	})
	if err != nil {
		return nil, err
	}
	if len(s.Checks) == 0 {
		return nil, r.wrong(root, "expects nothing: write a list of checks under expect")
	}
	s.share(rate)
	return s, nil
}

// share divides a rate for the whole file among the checks that have none of their own.
func (s *Suite) share(rate float64) {
	open := 0
	for _, c := range s.Checks {
		if c.Rate == 0 {
			open++
		}
	}
	for i := range s.Checks {
		if s.Checks[i].Rate == 0 && rate > 0 {
			s.Checks[i].Rate = rate / float64(open)
		}
	}
}

func parseDetect(text string) (float64, error) {
	p, err := parseNumber(text)
	if err == nil && (p < 1e-3 || p >= 1) {
		err = fmt.Errorf("%s cannot be detected: from 0.001 to below 1", strings.TrimSpace(text))
	}
	return p, err
}

type reader struct{ file string }

func (r *reader) wrong(n *yaml.Node, format string, args ...any) error {
	return &Error{r.file, n.Line, fmt.Sprintf(format, args...)}
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^yaml: (?:unmarshal errors:\s*)?line (\d+): (.*)`) })

func (r *reader) document(text []byte) (*yaml.Node, error) {
	var doc yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		return nil, &Error{r.file, 1, "is empty"}
	case err != nil:
		e := &Error{r.file, 1, strings.TrimPrefix(err.Error(), "yaml: ")}
		if m := yamlLine().FindStringSubmatch(err.Error()); m != nil {
			e.Line, _ = strconv.Atoi(m[1])
			e.Message = m[2]
		}
		return nil, e
	case doc.Kind != yaml.DocumentNode || len(doc.Content) != 1:
		return nil, &Error{r.file, 1, "is empty"}
	}
	return doc.Content[0], nil
}

// members goes through the members of a mapping, each known and there once.
func (r *reader) members(n *yaml.Node, known map[string]func(*yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return r.wrong(n, "expected members such as %s", names(known))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		f := known[name.Value]
		switch {
		case f == nil:
			return r.wrong(name, "unknown member %q; known: %s", name.Value, names(known))
		case seen[name.Value]:
			return r.wrong(name, "%q is there twice", name.Value)
		}
		seen[name.Value] = true
		if err := f(value); err != nil {
			return err
		}
	}
	return nil
}

func names(known map[string]func(*yaml.Node) error) string {
	m := map[string]float64{}
	for name := range known {
		m[name] = 0
	}
	return strings.Join(sortedKeys(m), ", ")
}

func (r *reader) number(n *yaml.Node, into *float64, parse func(string) (float64, error)) error {
	if n.Kind != yaml.ScalarNode {
		return r.wrong(n, "expected a number")
	}
	v, err := parse(n.Value)
	if err != nil {
		return r.wrong(n, "%v", err)
	}
	*into = v
	return nil
}

func (r *reader) shots(n *yaml.Node, into *int) error {
	v, err := parseShots(n.Value)
	if err != nil {
		return r.wrong(n, "%v", err)
	}
	*into = v
	return nil
}

func parseShots(text string) (int, error) {
	v, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
	if err != nil || v < 1 || v > MaxShots {
		return 0, fmt.Errorf("shots %q: a whole number from 1 to %d is needed", text, MaxShots)
	}
	return v, nil
}

func (r *reader) seed(n *yaml.Node, into **uint64) error {
	v, err := strconv.ParseUint(n.Value, 10, 64)
	if err != nil {
		return r.wrong(n, "seed %q: a whole number from 0 to 2^64-1 is needed", n.Value)
	}
	*into = &v
	return nil
}

func (r *reader) checks(n *yaml.Node, s *Suite) error {
	if n.Kind != yaml.SequenceNode {
		return r.wrong(n, "expected a list of checks, each beginning with a dash")
	}
	for _, item := range n.Content {
		c, err := r.check(item)
		if err != nil {
			return err
		}
		s.Checks = append(s.Checks, *c)
	}
	return nil
}

func (r *reader) check(n *yaml.Node) (*Check, error) {
	c := &Check{File: r.file, Line: n.Line}
	kind := func(k Kind, f func(*yaml.Node) error) func(*yaml.Node) error {
		return func(v *yaml.Node) error {
			if c.Kind != "" {
				return r.wrong(v, "a check is of one kind: this one is %s and %s", c.Kind, k)
			}
			c.Kind = k
			return f(v)
		}
	}
	err := r.members(n, map[string]func(*yaml.Node) error{
		"tolerance": func(v *yaml.Node) error { return r.number(v, &c.Tolerance, parseProbability) },
		"rate":      func(v *yaml.Node) error { return r.number(v, &c.Rate, parseRate) },
		"distribution": kind(Distribution, func(v *yaml.Node) (err error) {
			c.P, err = r.distribution(v)
			return err
		}),
		"probability": kind(Probability, func(v *yaml.Node) (err error) {
			c.P, err = r.probabilities(v, true)
			return err
		}),
		"allowed":   kind(Allowed, func(v *yaml.Node) error { return r.keys(v, &c.Keys) }),
		"forbidden": kind(Forbidden, func(v *yaml.Node) error { return r.keys(v, &c.Keys) }),
		"marginal":  kind(Marginal, func(v *yaml.Node) error { return r.marginal(v, c) }),
		"equal": kind(Equal, func(v *yaml.Node) error {
			if c.Target = v.Value; v.Kind != yaml.ScalarNode || c.Target == "" {
				return r.wrong(v, "expected the name of a circuit")
			}
			return nil
		}),
	})
	switch {
	case err != nil:
		return nil, err
	case c.Kind == "":
		return nil, r.wrong(n, "a check needs one of allowed, distribution, equal, forbidden, marginal, probability")
	case c.Tolerance > 0 && (c.Kind == Allowed || c.Kind == Forbidden || c.Kind == Equal):
		return nil, r.wrong(n, "%s takes no tolerance", c.Kind)
	}
	return c, nil
}

func (r *reader) distribution(n *yaml.Node) (map[string]float64, error) {
	p, err := r.probabilities(n, false)
	if err == nil {
		if err = complete(p); err != nil {
			err = r.wrong(n, "%v", err)
		}
	}
	return p, err
}

func (r *reader) probabilities(n *yaml.Node, wild bool) (map[string]float64, error) {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return nil, r.wrong(n, `expected outcomes with probabilities, such as {"00": 0.5, "11": 0.5}`)
	}
	p := map[string]float64{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if err := r.key(key, wild); err != nil {
			return nil, err
		}
		if _, ok := p[key.Value]; ok {
			return nil, r.wrong(key, "%q is there twice", key.Value)
		}
		var x float64
		if err := r.number(value, &x, parseProbability); err != nil {
			return nil, err
		}
		p[key.Value] = x
	}
	return p, nil
}

// key is an outcome. One that YAML would read as a number is as it is written all the same.
func (r *reader) key(n *yaml.Node, wild bool) error {
	if n.Kind != yaml.ScalarNode {
		return r.wrong(n, "expected an outcome in quotes")
	}
	if err := checkKey(n.Value, wild); err != nil {
		return r.wrong(n, "%v", err)
	}
	return nil
}

func (r *reader) keys(n *yaml.Node, into *[]string) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return r.wrong(n, `expected a list of outcomes, such as ["00", "11"]`)
	}
	for _, key := range n.Content {
		if err := r.key(key, true); err != nil {
			return err
		}
		*into = append(*into, key.Value)
	}
	return nil
}

// marginal is {"c[0]": probability of 1} or {c: {"00": …}}.
func (r *reader) marginal(n *yaml.Node, c *Check) (err error) {
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return r.wrong(n, `expected one bit or register, such as {"c[0]": 0.5} or {c: {"00": 0.5, "11": 0.5}}`)
	}
	name, value := n.Content[0], n.Content[1]
	c.Bits = name.Value
	if value.Kind == yaml.MappingNode {
		c.P, err = r.distribution(value)
		return err
	}
	var one float64
	if err := r.number(value, &one, parseProbability); err != nil {
		return err
	}
	c.P = map[string]float64{"0": 1 - one, "1": one}
	return nil
}
