package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/expect"
	"github.com/softquantus/qcos/internal/machine"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
)

// testBench runs the programs of all tests, each once: exactly where that goes, else with as many shots as its checks need.
type testBench struct {
	options  *testOptions
	subjects map[string]*subject // by file and function
	order    []*subject
	alpha    float64 // false-alarm rate of a sampled check that has none of its own
	tests    []*test
}

// prepare reads the program of a test and those that it is compared with.
func (b *testBench) prepare(ctx context.Context, t *test) {
	b.tests = append(b.tests, t)
	if t.err != nil {
		return
	}
	t.subject = b.subject(ctx, t.file, t.function, t.source)
	t.subject.seed = t.suite.Seed
	for i := range t.suite.Checks {
		c := &t.suite.Checks[i]
		if c.Kind != expect.Equal {
			continue
		}
		path := filepath.Join(filepath.Dir(t.file), c.Target)
		if source, err := readProgram(path); err != nil {
			t.err = &expect.Error{File: c.File, Line: c.Line, Message: err.Error()}
		} else {
			b.subject(ctx, path, "", source)
		}
	}
}

// subject reads a program once.
func (b *testBench) subject(ctx context.Context, file, function string, source []byte) *subject {
	key := file + "\x00" + function
	if s := b.subjects[key]; s != nil {
		return s
	}
	s := &subject{in: input{file}, text: source}
	b.subjects[key], b.order = s, append(b.order, s)
	s.err = guard(func() (err error) {
		s.program, err = b.options.app.parsed(ctx, s.in, source, b.options.load, b.options.source.qasm())
		return err
	})
	if s.err == nil {
		s.registers = keyRegisters(s.program)
		for _, r := range s.registers {
			s.width += r.Size
		}
	}
	return s
}

// keyRegisters are the registers of the program's outcomes.
func keyRegisters(p *qasm.Program) []expect.Register {
	var all []expect.Register
	for _, r := range workload(p).Registers() {
		all = append(all, expect.Register{Name: r.Name, Size: r.Size})
	}
	return all
}

// runHere computes probabilities, and then samples what has to be.
func (b *testBench) runHere(ctx context.Context) {
	o := b.options
	if o.sampled {
		for _, s := range b.order {
			s.sample = true
		}
	} else {
		b.each(o.jobs, func(s *subject) { s.err = b.compute(ctx, s) })
	}
	b.chooseShots()
	b.each(o.jobs, func(s *subject) {
		if s.sample {
			s.err = b.sampleHere(ctx, s)
		}
	})
}

// each calls f for the programs that are well, some at once.
func (b *testBench) each(atOnce int, f func(*subject)) {
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for _, s := range b.order {
		if s.err != nil {
			continue
		}
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if err := guard(func() error { f(s); return nil }); err != nil {
				s.err = err
			}
		})
	}
	all.Wait()
}

// runOptions divides the processors among the tests that run at once.
func (b *testBench) runOptions() run.Options {
	return run.Options{Shots: 1, Threads: max(1, machine.Threads()/b.options.jobs)}
}

func (b *testBench) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if b.options.timeout > 0 {
		return context.WithTimeout(ctx, b.options.timeout)
	}
	return context.WithCancel(ctx)
}

// compute finds the exact distribution, or marks the program to be sampled.
func (b *testBench) compute(ctx context.Context, s *subject) error {
	ctx, cancel := b.within(ctx)
	defer cancel()
	options := b.runOptions()
	options.Probabilities = true
	report, err := b.options.simulate(ctx, workload(s.program), options)
	switch {
	case is[*run.InfeasibleError](err), err == nil && !report.ProbabilitiesComplete:
		s.sample = true
		return nil
	case err != nil:
		return b.failed(s, err)
	}
	s.seconds = report.Duration.Seconds()
	s.seen = &expect.Seen{Exact: map[string]float64{}}
	for _, p := range report.Probabilities {
		s.seen.Exact[p.Key] = p.P
	}
	return nil
}

func (b *testBench) failed(s *subject, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &timeoutError{b.options.timeout.String()}
	}
	return b.options.app.located(s.program, err)
}

// chooseShots divides the rate of the run among the checks that are sampled, and finds how many shots each program needs.
func (b *testBench) chooseShots() {
	b.alpha = b.options.rate / float64(max(1, b.sampledChecks()))
	for _, t := range b.tests {
		if t.err != nil || t.subject.err != nil {
			continue
		}
		for i := range t.suite.Checks {
			c := &t.suite.Checks[i]
			other := b.other(t, c)
			for _, s := range []*subject{t.subject, other} {
				if s == nil || !s.sample {
					continue
				}
				need := c.Shots(b.alphaOf(c), t.suite.Detect, s.width)
				if other != nil && t.subject.sample != other.sample { // one is exact: the other is held against its distribution
					need = b.exactCheck(t.subject, other).Shots(b.alphaOf(c), t.suite.Detect, s.width)
				}
				s.shots = max(s.shots, need)
			}
		}
		if t.suite.Shots > 0 {
			t.subject.shots = t.suite.Shots
		}
	}
	for _, s := range b.order {
		s.shots = max(s.shots, 1)
		if b.options.shots > 0 {
			s.shots = b.options.shots
		} else if s.shots == 1 {
			s.shots = defaultShots
		}
	}
}

// exactCheck is the check that holds the sampled one of two programs against the other's distribution.
func (b *testBench) exactCheck(one, two *subject) *expect.Check {
	exact := one
	if one.sample {
		exact = two
	}
	return &expect.Check{Kind: expect.Distribution, P: exact.seen.Exact}
}

// sampledChecks counts the checks that need a share of the run's rate.
func (b *testBench) sampledChecks() int {
	n := 0
	for _, t := range b.tests {
		if t.err != nil {
			continue
		}
		for i := range t.suite.Checks {
			c := &t.suite.Checks[i]
			other := b.other(t, c)
			if c.Rate == 0 && (t.subject.sample || other != nil && other.sample) {
				n++
			}
		}
	}
	return n
}

func (b *testBench) alphaOf(c *expect.Check) float64 {
	if c.Rate > 0 {
		return c.Rate
	}
	return b.alpha
}

// other is the program that an Equal compares with; nil for other checks.
func (b *testBench) other(t *test, c *expect.Check) *subject {
	if c.Kind != expect.Equal {
		return nil
	}
	return b.subjects[filepath.Join(filepath.Dir(t.file), c.Target)+"\x00"]
}

// seedOf is another seed for each program, so that those that are compared do not share their chance.
func (b *testBench) seedOf(s *subject) *uint64 {
	if b.options.seed == nil {
		return s.seed
	}
	seed := *b.options.seed + uint64(slices.Index(b.order, s))
	return &seed
}

func (b *testBench) sampleHere(ctx context.Context, s *subject) error {
	ctx, cancel := b.within(ctx)
	defer cancel()
	options := b.runOptions()
	options.Shots, options.Seed = s.shots, b.seedOf(s)
	report, err := b.options.simulate(ctx, workload(s.program), options)
	if err != nil {
		return b.failed(s, err)
	}
	s.seconds, s.usedFor = report.Duration.Seconds(), strconv.FormatUint(report.Seed, 10)
	s.seen = &expect.Seen{Counts: map[string]int{}, Shots: report.Shots}
	for _, c := range report.Counts {
		s.seen.Counts[c.Key] = c.N
	}
	return nil
}

// sampleRemotely runs all programs at the server, which gives counts and no probabilities.
func (b *testBench) sampleRemotely(ctx context.Context, settings *config.Settings) error {
	client, err := b.options.remote.clientFor(settings)
	if err != nil {
		return err
	}
	_, why := b.options.app.chooseBackend(settings)
	b.options.app.tellBackend(true, client.URL(), why)
	for _, s := range b.order {
		s.sample = true
	}
	b.chooseShots()
	r := &remoteRun{app: b.options.app, client: client, timeout: b.options.timeout, status: b.options.app.newStatusLine(), total: len(b.order)}
	defer r.status.close()
	b.options.app.settles.Store(true)
	defer b.options.app.settles.Store(false)
	b.each(inFlight, func(s *subject) { s.err = b.sampleAt(ctx, r, s) })
	if errors.Is(ctx.Err(), context.Canceled) {
		r.status.close()
		b.options.app.settleJobs(client, r.jobs.list())
	}
	return nil
}

func (b *testBench) sampleAt(ctx context.Context, r *remoteRun, s *subject) error {
	request := api.ExecuteRequest{QASM: string(s.text), Shots: s.shots, Seed: b.seedOf(s), Tags: []string{"qcos-test"}}
	out := r.send(ctx, s.in, request)
	if out.err != nil {
		return out.err
	}
	if err := checkResult(out.jobID, &out.result.Result); err != nil {
		return err
	}
	s.jobID, s.seconds = out.jobID, out.result.ExecutionTimeSeconds
	s.seen = &expect.Seen{Counts: out.result.Counts, Shots: out.result.Shots}
	return nil
}

// judge holds what was seen against what is expected.
func (b *testBench) judge(t *test) {
	if t.err == nil {
		t.err = t.subject.err
	}
	if t.err != nil {
		return
	}
	for i := range t.suite.Checks {
		c := &t.suite.Checks[i]
		var seen *expect.Seen
		if other := b.other(t, c); other != nil {
			if other.err != nil {
				t.err = &fileError{other.in.shown(), other.err}
				return
			}
			if !slices.EqualFunc(other.registers, t.subject.registers, func(x, y expect.Register) bool { return x.Size == y.Size }) {
				t.err = &expect.Error{File: c.File, Line: c.Line, Message: fmt.Sprintf("%s has other registers: their outcomes cannot be compared", c.Target)}
				return
			}
			seen = other.seen
		}
		v, err := c.Judge(t.subject.seen, seen, t.subject.registers, b.alphaOf(c))
		if err != nil {
			t.err = err
			return
		}
		t.verdicts = append(t.verdicts, v)
	}
}
