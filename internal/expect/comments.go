package expect

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Case is a test within a circuit's file: a function `def test…()` of QUTest's, or the whole program.
type Case struct {
	Name  string // of the function; "" is the whole program
	Suite *Suite // nil where the comments expect nothing
	// Source is the program to run. For a function it is the file with the bodies of other tests, and the head and end of this
	// one, replaced by spaces, so that every place in it is that of the file.
	Source []byte
}

const mark = "//%"

// HasComments tells whether a program has comments that are for this package.
func HasComments(source []byte) bool { return strings.Contains(string(source), mark) }

var testFunction = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*def[ \t]+(test\w*)[ \t]*\([ \t]*\)[ \t\r\n]*\{`)
})

// ParseComments reads the expectations in the comments of a program:
//
//	//% shots 4096
//	//% seed 42
//	//% backend ideal
//	//% rate 1e-6
//	//% detect 0.05
//	//% expect distribution ref {"00": 0.5, "11": 0.5}
//	//% expect distribution total_variation_distance <= 0.05
//	//% expect probability "00" ~= 0.5 atol=0.01
//	//% expect marginal m[0] p1 ~= 0.5 atol=0.05
//	//% expect allowed "00" "11"
//	//% expect forbidden "01"
//	//% expect equal other.qasm
//
// Those of shots to marginal are QUTest's (arXiv:2605.19736); of its kinds of assertions, those about states and gates are refused in
// words. Errors are *Error.
func ParseComments(file string, source []byte) ([]Case, error) {
	functions, err := testFunctions(file, source)
	if err != nil {
		return nil, err
	}
	if len(functions) == 0 {
		s, err := suiteOf(file, source, 0, len(source))
		return []Case{{Suite: s, Source: source}}, err
	}
	var cases []Case
	for i, f := range functions {
		s, err := suiteOf(file, source, f.body, f.end)
		if err != nil {
			return nil, err
		}
		cases = append(cases, Case{f.name, s, blanked(source, functions, i)})
	}
	return cases, nil
}

// function is where a test function stands: its head, from start to body, the body up to end, and the brace there.
type function struct {
	name             string
	start, body, end int
}

func testFunctions(file string, source []byte) ([]function, error) {
	var all []function
	for _, m := range testFunction().FindAllSubmatchIndex(source, -1) {
		f := function{name: string(source[m[2]:m[3]]), start: m[0], body: m[1]}
		if f.end = closing(source, f.body); f.end < 0 {
			return nil, &Error{file, lineAt(source, f.start), fmt.Sprintf("the function %s does not end", f.name)}
		}
		all = append(all, f)
	}
	return all, nil
}

// closing is where the brace stands that closes the block whose text begins at i; -1 where none does. Braces in comments and
// strings do not count.
func closing(source []byte, i int) int {
	for depth := 1; i < len(source); i++ {
		switch c := source[i]; {
		case c == '/' && i+1 < len(source) && source[i+1] == '/':
			for i < len(source) && source[i] != '\n' {
				i++
			}
		case c == '/' && i+1 < len(source) && source[i+1] == '*':
			end := strings.Index(string(source[i+2:]), "*/")
			if end < 0 {
				return -1
			}
			i += end + 3
		case c == '"':
			for i++; i < len(source) && source[i] != '"'; i++ {
			}
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// blanked is the source with everything of the other tests, and the head and the end of this one, made spaces.
func blanked(source []byte, functions []function, this int) []byte {
	out := append([]byte(nil), source...)
	blank := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	for i, f := range functions {
		if i == this {
			blank(f.start, f.body)
			blank(f.end, f.end+1)
		} else {
			blank(f.start, f.end+1)
		}
	}
	return out
}

func lineAt(source []byte, at int) int { return 1 + strings.Count(string(source[:at]), "\n") }

// suiteOf reads the comments between two places; nil where they expect nothing.
func suiteOf(file string, source []byte, from, to int) (*Suite, error) {
	p := &commentParser{suite: &Suite{Detect: DefaultDetect}, file: file, line: lineAt(source, from)}
	for text := range strings.Lines(string(source[from:to])) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(text), mark); ok {
			if err := p.directive(strings.TrimSpace(rest)); err != nil {
				return nil, &Error{file, p.line, err.Error()}
			}
		}
		p.line++
	}
	if len(p.suite.Checks) == 0 {
		return nil, nil
	}
	for _, c := range p.suite.Checks {
		if c.Kind == Distribution && c.P == nil {
			return nil, &Error{file, c.Line, "a distance needs a distribution: //% expect distribution ref {…}"}
		}
	}
	p.suite.share(p.rate)
	return p.suite, nil
}

type commentParser struct {
	suite *Suite
	rate  float64
	file  string
	line  int
}

func (p *commentParser) directive(text string) (err error) {
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "shots":
		p.suite.Shots, err = parseShots(rest)
	case "seed":
		var seed uint64
		if seed, err = strconv.ParseUint(rest, 10, 64); err != nil {
			return fmt.Errorf("seed %q: a whole number is needed", rest)
		}
		p.suite.Seed = &seed
	case "backend":
		if rest != "ideal" {
			err = fmt.Errorf("backend %q: there is no noise here; only ideal is known", rest)
		}
	case "rate":
		p.rate, err = parseRate(rest)
	case "detect":
		p.suite.Detect, err = parseDetect(rest)
	case "expect":
		err = p.expect(rest)
	default:
		err = fmt.Errorf("unknown word %q; known: shots, seed, backend, rate, detect, expect", word)
	}
	return err
}

func (p *commentParser) expect(text string) error {
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	c := Check{Kind: Kind(word), File: p.file, Line: p.line}
	var err error
	switch c.Kind {
	case Distribution:
		return p.distribution(rest)
	case Probability:
		err = probabilityComment(&c, rest)
	case Marginal:
		err = marginalComment(&c, rest)
	case Allowed, Forbidden:
		err = keysComment(&c, rest)
	case Equal:
		if c.Target = strings.Trim(rest, `"`); c.Target == "" {
			err = fmt.Errorf("equal needs the name of a circuit")
		}
	default:
		err = fmt.Errorf("unknown expectation %q; known: distribution, probability, marginal, allowed, forbidden, equal", word)
	}
	if err == nil {
		p.suite.Checks = append(p.suite.Checks, c)
	}
	return err
}

var distance = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^total_variation_distance\s*<=\s*(\S+)$`) })

// distribution is `ref {…}`, or the distance allowed from the distribution given before or after it.
func (p *commentParser) distribution(text string) error {
	c := p.openDistribution(strings.HasPrefix(text, "ref"))
	if m := distance().FindStringSubmatch(text); m != nil {
		tolerance, err := parseProbability(m[1])
		c.Tolerance = tolerance
		return err
	}
	rest, ok := strings.CutPrefix(text, "ref")
	if !ok {
		return fmt.Errorf(`distribution takes ref {"00": 0.5, …} or total_variation_distance <= 0.05`)
	}
	var p64 map[string]float64
	if err := json.Unmarshal([]byte(strings.TrimSpace(rest)), &p64); err != nil {
		return fmt.Errorf(`%q is no distribution: one is written {"00": 0.5, "11": 0.5}`, strings.TrimSpace(rest))
	}
	for key, x := range p64 {
		if err := checkKey(key, false); err != nil {
			return err
		}
		if x < 0 || x > 1 {
			return fmt.Errorf("%s is no probability: 0 to 1 is", short(x))
		}
	}
	c.P = p64
	return complete(p64)
}

// openDistribution is the distribution that lacks what now comes, or a new one.
func (p *commentParser) openDistribution(ref bool) *Check {
	for i := range p.suite.Checks {
		c := &p.suite.Checks[i]
		if c.Kind == Distribution && (ref && c.P == nil || !ref && c.Tolerance == 0) {
			return c
		}
	}
	p.suite.Checks = append(p.suite.Checks, Check{Kind: Distribution, File: p.file, Line: p.line})
	return &p.suite.Checks[len(p.suite.Checks)-1]
}

var (
	oneProbability = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^"([^"]*)"\s*(?:~=|==)\s*(\S+)(?:\s+atol=(\S+))?$`) })
	oneMarginal    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\w+(?:\[\d+\])?)\s+p([01])\s*(?:~=|==)\s*(\S+)(?:\s+atol=(\S+))?$`)
	})
	quotedKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\s*"([^"]*)"\s*,?`) })
)

func probabilityComment(c *Check, text string) error {
	m := oneProbability().FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf(`probability is written "00" ~= 0.5 atol=0.01`)
	}
	if err := checkKey(m[1], true); err != nil {
		return err
	}
	x, err := parseProbability(m[2])
	c.P = map[string]float64{m[1]: x}
	return withTolerance(c, m[3], err)
}

func marginalComment(c *Check, text string) error {
	m := oneMarginal().FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf("marginal is written m[0] p1 ~= 0.5 atol=0.01")
	}
	x, err := parseProbability(m[3])
	if m[2] == "0" {
		x = 1 - x
	}
	c.Bits, c.P = m[1], map[string]float64{"0": 1 - x, "1": x}
	return withTolerance(c, m[4], err)
}

func withTolerance(c *Check, text string, err error) error {
	if err == nil && text != "" {
		c.Tolerance, err = parseProbability(text)
	}
	return err
}

func keysComment(c *Check, text string) error {
	for text != "" {
		m := quotedKey().FindStringSubmatch(text)
		if m == nil {
			return fmt.Errorf(`%s takes outcomes in quotes, such as "00" "11"`, c.Kind)
		}
		if err := checkKey(m[1], true); err != nil {
			return err
		}
		c.Keys = append(c.Keys, m[1])
		text = strings.TrimSpace(text[len(m[0]):])
	}
	if len(c.Keys) == 0 {
		return fmt.Errorf(`%s takes outcomes in quotes, such as "00" "11"`, c.Kind)
	}
	return nil
}
