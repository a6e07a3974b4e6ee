package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/qasm/lower"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/sim"
)

const defaultShots = 1024

type executeOptions struct {
	app      *App
	load     loader
	simulate func(ctx context.Context, w run.Workload, o run.Options) (*run.Report, error)

	files   []string
	source  sourceOptions
	inputs  inputOptions
	sim     simulationOptions
	remote  clientOptions
	job     jobOptions
	timeout time.Duration
	output  string
	format  format
	dry     bool

	checkFlags func(remote bool, why string) error
}

func newExecuteCommand(a *App) *cobra.Command {
	o := &executeOptions{app: a, load: qasm.Load, simulate: run.Run, remote: clientOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "execute FILE...",
		Short: "Run programs and print how often each outcome came",
		Long: "Run OpenQASM programs and print how often each outcome came. A FILE may be - for standard input, a pipe, or a\n" +
			"pattern in quotes. A failure does not stop the other files.\n\n" +
			"Without an API key programs run on this machine, one after the other. With one they go to the remote API, many at once;\n" +
			"--backend local keeps them here. A line on standard error says which it is and why.\n\n" +
			"qcos help output says how counts are written, qcos help exit-codes what the exit codes mean.",
		Example:           "  qcos execute bell.qasm\n  qcos execute --shots 10000 --seed 7 --format json bell.qasm ghz.qasm",
		Args:              programFiles,
		ValidArgsFunction: completeProgramFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			o.checkFlags = func(remote bool, why string) error { return checkBackendFlags(cmd, remote, why) }
			return o.run(cmd.Context())
		},
	}
	o.sim.addFlags(cmd)
	o.sim.addSeedFlag(cmd)
	cmd.Flags().Var(timeValue{&o.timeout}, "timeout", "stop a file's run after this long, the queue included, such as 30s or 10m (default none)")
	o.remote.addFlags(cmd, config.BackendKey)
	o.job.addFlags(cmd)
	o.source.addFlags(cmd)
	o.inputs.addFlags(cmd)
	cmd.Flags().BoolVar(&o.dry, "dry-run", false, "say whether it would run, how, and what it would take; nothing is run or charged")
	cmd.Flags().StringVar(&o.output, "output", "", "write the result to this `FILE`, which appears whole or not at all")
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *executeOptions) run(ctx context.Context) error {
	settings, err := o.remote.resolve()
	if err != nil {
		return err
	}
	remote, why := o.app.chooseBackend(settings)
	if err := o.checkFlags(remote, why); err != nil {
		return err
	}
	inputs, err := expand(o.files)
	if err != nil {
		return err
	}
	out, err := o.app.openSink(o.output)
	if err != nil {
		return err
	}
	defer out.discard()
	switch {
	case o.dry:
		err = o.dryRun(ctx, settings, remote, why, inputs, out)
	case remote:
		err = o.runRemote(ctx, settings, inputs, out, why)
	default:
		o.app.tellBackend(false, "", why)
		err = o.runAll(ctx, inputs, out, o.simulateFile)
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	if e := out.commit(); e != nil {
		return e
	}
	return err
}

// runner runs one program and fills the result.
type runner func(ctx context.Context, in input, r *result) error

func (o *executeOptions) runAll(ctx context.Context, inputs []input, out sink, run runner) error {
	var sep blocks
	return o.app.each(ctx, inputs, func(in input) error { return o.file(ctx, in, out, &sep, run) })
}

// file runs one program and writes its result, which a failure has too where it is JSON.
func (o *executeOptions) file(ctx context.Context, in input, out sink, sep *blocks, run runner) error {
	r := &result{in: in}
	err := guard(func() error { return run(ctx, in, r) })
	if interrupted(ctx, err) {
		return context.Canceled
	}
	var text bytes.Buffer
	switch {
	case o.format == formatJSON:
		r.err = err
		if e := r.writeJSON(&text, &o.sim); e != nil {
			return e
		}
	case err == nil:
		sep.next(&text)
		r.writeText(&text, o.textStyle())
	}
	if e := out.write(text.Bytes()); e != nil {
		return e
	}
	return err
}

func (o *executeOptions) textStyle() textStyle {
	if o.output != "" {
		return textStyle{width: defaultWidth}
	}
	return textStyle{palette: o.app.outPalette(), width: width(o.app.Out)}
}

func (o *executeOptions) simulateFile(ctx context.Context, in input, r *result) error {
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.timeout)
		defer cancel()
	}
	err := o.simulateProgram(ctx, in, r)
	if errors.Is(err, context.DeadlineExceeded) {
		return &timeoutError{o.timeout.String()}
	}
	return err
}

func (o *executeOptions) simulateProgram(ctx context.Context, in input, r *result) (err error) {
	source := o.source.qasm()
	source.Inputs, source.UnrollSteps, source.MaxOps = o.inputs.values, int64(o.sim.maxSteps), o.sim.maxOps()
	r.program, err = o.app.loadValid(ctx, in, o.load, source)
	if err != nil {
		return err
	}
	bar := o.app.startProgress(in.shown())
	defer bar.stop()
	options := o.sim.run()
	options.Progress = bar.update
	r.report, err = o.simulate(ctx, workload(r.program), options)
	bar.stop()
	if err != nil {
		return o.app.located(r.program, err)
	}
	o.app.logRun(in, r.report)
	o.app.showWarnings(in, r.report.Warnings)
	return nil
}

// showWarnings tells what the user should know of a run.
func (a *App) showWarnings(in input, warnings []string) {
	p := a.errPalette()
	for _, w := range warnings {
		fmt.Fprintf(a.Err, "%s: %s: %s\n", p.bold(in.shown()), p.yellow("warning"), diag.Printable(w))
	}
}

func (a *App) logRun(in input, r *run.Report) {
	for _, s := range r.Steps {
		a.Log.Debug("pass", "file", in.shown(), "name", s.Name, "operations", s.OpsAfter, "qubits", s.QubitsAfter)
	}
	for _, c := range r.Plan.Candidates {
		a.Log.Debug("candidate", "file", in.shown(), "method", c.Method, "feasible", c.Feasible, "reason", c.Reason,
			"seconds", c.Seconds, "memory", plan.Bytes(c.Bytes))
	}
	a.Log.Debug("run", "file", in.shown(), "method", r.Plan.Method, "precision", r.Plan.Precision.String(), "kernel", r.Kernel,
		"time", r.Duration, "memory", plan.Bytes(r.PeakBytes))
}

// simulationOptions are the flags about what is computed and how; execute and explain have them.
type simulationOptions struct {
	shots         int
	seed          *uint64
	method        string
	precision     string
	threads       int
	maxMemory     int64
	noSimplify    bool
	memory        bool
	probabilities bool
	stateVector   bool
	variables     bool
	maxSteps      int
}

func (s *simulationOptions) addFlags(cmd *cobra.Command) {
	s.shots, s.method, s.precision = defaultShots, plan.AutoMethod, sim.Auto.String()
	flags := cmd.Flags()
	flags.Var(countValue{&s.shots, maxCount}, "shots", "how often the program is run")
	addChoice(cmd, &s.method, "method", run.Methods(), "how it is simulated")
	addChoice(cmd, &s.precision, "precision", []string{"auto", "double", "single"}, "of the amplitudes; auto takes double where it fits")
	flags.Var(countValue{&s.threads, maxThreads}, "threads", "how many processors to use (default all); never changes the counts")
	flags.Var(bytesValue{&s.maxMemory}, "max-memory", "how much memory may be used, such as 8GiB (default 80 % of the machine)")
	flags.BoolVar(&s.noSimplify, "no-simplify", false, "run the circuit as it is written")
	flags.BoolVar(&s.memory, "memory", false, "give the outcome of each shot too")
	flags.BoolVar(&s.probabilities, "probabilities", false, "give the exact probabilities of the outcomes too")
	flags.BoolVar(&s.stateVector, "statevector", false, "give the final state too, of at most 20 qubits")
	flags.BoolVar(&s.variables, "variables", false, "give the values of the program's classical variables too")
	flags.Var(countValue{&s.maxSteps, maxCount}, "max-steps", "how many steps of classical work a program may take (default 3,000,000,000)")
}

// addSeedFlag is apart: a plan has no use for a seed.
func (s *simulationOptions) addSeedFlag(cmd *cobra.Command) {
	cmd.Flags().Var(seedValue{&s.seed}, "seed", "makes the counts reproducible (default drawn and printed)")
}

// maxThreads is more than any machine has.
const maxThreads = 1 << 12

// bytesPerOp is what an operation takes of memory with all that is made of it.
const bytesPerOp = 128

// maxOps is how many operations a circuit may have: more than else where much memory may be used.
func (s *simulationOptions) maxOps() int {
	if n := s.maxMemory / bytesPerOp; n > lower.DefaultMaxOps {
		return int(min(n, math.MaxInt32))
	}
	return 0
}

func (s *simulationOptions) run() run.Options {
	precision, err := sim.ParsePrecision(s.precision)
	if err != nil {
		panic(err) // the flag takes no other words
	}
	return run.Options{
		Shots: s.shots, Seed: s.seed, Method: s.method, Precision: precision, Threads: s.threads, MaxMemory: s.maxMemory,
		NoSimplify: s.noSimplify, Memory: s.memory, Probabilities: s.probabilities, StateVector: s.stateVector, Variables: s.variables, MaxSteps: int64(s.maxSteps),
	}
}
