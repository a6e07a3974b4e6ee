package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/expect"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

type testOptions struct {
	app      *App
	load     loader
	simulate func(ctx context.Context, w run.Workload, o run.Options) (*run.Report, error)
	remote   clientOptions

	paths   []string
	source  sourceOptions
	rate    float64
	shots   int
	seed    *uint64
	sampled bool
	jobs    int
	timeout time.Duration
	junit   string
	update  bool
	format  format
}

func newTestCommand(a *App) *cobra.Command {
	o := &testOptions{
		app: a, load: qasm.Load, simulate: run.Run, remote: clientOptions{app: a}, rate: expect.DefaultRate, jobs: runtime.GOMAXPROCS(0),
	}
	cmd := &cobra.Command{
		Use:   "test PATH...",
		Short: "Test circuits against what is expected of them",
		Long: "Test OpenQASM programs against expectations, which stand beside the program in NAME.expect.yaml or in it, in comments\n" +
			"that begin with //%. A PATH is a program or a folder, where every program with expectations is a test.\n\n" +
			"Probabilities are computed exactly where they can be; elsewhere shots are taken, as many as a difference of 5 % needs.\n" +
			"A run in which all is as expected fails with at most --rate. docs/ci.md has the expectations and the pipelines.\n\n" +
			"Tests run on this machine, with a key too, unless a flag, the environment or a file says that the backend is remote.\n" +
			"The exit code is 1 where a test fails, 2 where an expectation is wrong, 3 where a program is.",
		Example:           "  qcos test circuits\n  qcos test --junit report.xml bell.qasm ghz.qasm",
		Args:              testPaths,
		ValidArgsFunction: completeProgramFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.Var(rateValue{&o.rate}, "rate", "how often a run may fail by chance alone")
	flags.Var(countValue{&o.shots, expect.MaxShots}, "shots", "how often a program is run where it is sampled (default chosen)")
	flags.Var(seedValue{&o.seed}, "seed", "makes what is sampled reproducible (default drawn and printed)")
	flags.BoolVar(&o.sampled, "sampled", false, "sample even where probabilities can be computed")
	flags.Var(countValue{&o.jobs, maxThreads}, "jobs", "how many tests run at once")
	flags.Var(timeValue{&o.timeout}, "timeout", "stop a test after this long, such as 30s or 10m (default none)")
	flags.StringVar(&o.junit, "junit", "", "write a report in JUnit's XML to this `FILE`")
	flags.BoolVar(&o.update, "update", false, "write the distributions seen into NAME.expect.yaml")
	o.source.addFlags(cmd)
	o.remote.addFlags(cmd, config.BackendKey)
	addFormatFlag(cmd, &o.format)
	return cmd
}

func testPaths(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return &UsageError{Detail: cmd.CommandPath() + " needs a program or a folder", Next: "name one, such as . for all below this folder; " + seeHelp(cmd)}
}

// rateValue is a false-alarm rate.
type rateValue struct{ into *float64 }

func (v rateValue) Type() string { return "RATE" }

func (v rateValue) String() string {
	if v.into == nil {
		return ""
	}
	return strconv.FormatFloat(*v.into, 'g', -1, 64)
}

func (v rateValue) Set(s string) error {
	r, err := strconv.ParseFloat(s, 64)
	if err != nil || !(r > 0 && r < 0.5) {
		return errors.New("a number above 0 and below 0.5 is needed, such as 1e-6")
	}
	*v.into = r
	return nil
}

func (o *testOptions) run(ctx context.Context) error {
	settings, err := o.remote.resolve()
	if err != nil {
		return err
	}
	tests, skipped, err := o.discover()
	if err != nil {
		return err
	}
	var report sink
	if o.junit != "" { // before anything is run
		if report, err = o.app.openSink(o.junit); err != nil {
			return err
		}
		defer report.discard()
	}
	b := &testBench{options: o, subjects: map[string]*subject{}}
	for _, t := range tests {
		b.prepare(ctx, t)
	}
	if settings.Backend == config.Remote {
		err = b.sampleRemotely(ctx, settings)
	} else {
		b.runHere(ctx)
	}
	if e := ctx.Err(); errors.Is(e, context.Canceled) {
		return e
	}
	if err != nil {
		return err
	}
	for _, t := range tests {
		b.judge(t)
	}
	if o.update {
		return o.writeSeen(b, tests)
	}
	if err := o.show(b, tests, skipped); err != nil {
		return err
	}
	if report != nil {
		if err := writeJUnit(report, tests); err != nil {
			return err
		}
		if err := report.commit(); err != nil {
			return err
		}
	}
	return outcomeOf(tests)
}

// outcomeOf is nil where all tests passed; the user has been told otherwise.
func outcomeOf(tests []*test) error {
	worst := exitOK
	for _, t := range tests {
		switch {
		case t.err != nil:
			worst = max(worst, exitCode(t.err))
		case !t.passed():
			worst = max(worst, exitFailed)
		}
	}
	if worst == exitOK {
		return nil
	}
	return &reportedError{worst}
}

// test is one circuit with what is expected of it.
type test struct {
	file     string // as shown
	function string // of QUTest's; "" is the whole program
	suite    *expect.Suite
	source   []byte

	subject  *subject
	verdicts []*expect.Verdict // one a check
	err      error
}

func (t *test) name() string {
	if t.function == "" {
		return t.file
	}
	return t.file + " " + t.function
}

func (t *test) passed() bool {
	for _, v := range t.verdicts {
		if !v.Pass {
			return false
		}
	}
	return t.err == nil
}

// subject is a program that is run once, whatever tests look at it.
type subject struct {
	in        input
	text      []byte
	program   *qasm.Program
	registers []expect.Register
	width     int // bits of an outcome

	sample  bool    // its probabilities cannot be computed, or are not to be
	shots   int     // that its checks need
	seed    *uint64 // that its test asks for
	seen    *expect.Seen
	seconds float64
	jobID   string
	usedFor string // seed of the samples, for people
	err     error
}

func (s *subject) how() string {
	switch {
	case s == nil || s.seen == nil:
		return ""
	case s.seen.IsExact():
		return "exact"
	}
	return fmt.Sprintf("%s shots", grouped(s.seen.Shots))
}
