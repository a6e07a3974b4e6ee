package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
	"golang.org/x/sys/cpu"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/machine"
	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/qasm"
	"github.com/softquantus/qcos/internal/run"
)

// examine makes all checks, in the order in which they are shown.
func (o *doctorOptions) examine(ctx context.Context) []finding {
	b := build()
	findings := []finding{
		{"version", verdictOK, fmt.Sprintf("qcos %s, %s, %s", b.Version, b.Go, b.Platform), ""},
		checkProcessor(),
		checkMemory(o.memory()),
		o.checkEngine(ctx),
		o.checkConfigFile(),
		o.checkDotEnv(ctx),
	}
	readable := !slices.ContainsFunc(findings[4:], func(f finding) bool { return f.Verdict == verdictFail })
	if readable { // otherwise the reason has been told
		findings = append(findings, o.checkSettings(ctx)...)
	}
	return append(findings, o.checkKeyring(ctx))
}

func checkProcessor() finding {
	threads := machine.Threads()
	detail := fmt.Sprintf("%s, %s", runtime.GOARCH, count(threads, "thread"))
	if all := runtime.NumCPU(); all != threads {
		detail += fmt.Sprintf(" of %d", all)
	}
	if features := vectorUnits(); features != "" {
		detail += ", " + features
	}
	return finding{"processor", verdictOK, detail, ""}
}

// vectorUnits names the vector instructions that matter for speed.
func vectorUnits() string {
	var names []string
	for _, f := range []struct {
		has  bool
		name string
	}{
		{cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ, "AVX-512"},
		{cpu.X86.HasAVX2, "AVX2"},
		{cpu.X86.HasFMA, "FMA"},
		{cpu.ARM64.HasASIMD, "NEON"},
		{cpu.ARM64.HasSVE, "SVE"},
	} {
		if f.has {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, " ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// littleMemory is where circuits of some 24 qubits stop to fit.
const littleMemory = 1 << 30

func checkMemory(m machine.Memory) finding {
	if m.Total == 0 {
		return finding{"memory", verdictWarn, "cannot be found out", "say what may be used with --max-memory"}
	}
	f := finding{"memory", verdictOK, fmt.Sprintf("%s free of %s (limit of the %s)", plan.Bytes(m.Available), plan.Bytes(m.Total), m.Limit), ""}
	if m.Available < littleMemory {
		f.Verdict, f.Next = verdictWarn, "circuits of many qubits will be refused"
	}
	return f
}

// checkEngine runs a circuit whose outcomes are known.
func (o *doctorOptions) checkEngine(ctx context.Context) finding {
	began := o.app.Now()
	kernel, err := o.try(ctx)
	if err != nil {
		return failed("simulator", err)
	}
	took := o.app.Now().Sub(began).Round(10 * time.Microsecond)
	return finding{"simulator", verdictOK, fmt.Sprintf("kernel %s, an entangled pair measured in %s", kernel, took), ""}
}

const (
	bellPair = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q->c;\n"
	// bellShots make it all but impossible (2^-255) that only one of two outcomes comes.
	bellShots = 256
)

// tryEngine runs a Bell pair on the state vector as it is written, and tells which kernel did it.
func tryEngine(ctx context.Context) (string, error) {
	program := qasm.Load("bell.qasm", []byte(bellPair), qasm.Options{})
	if program.Circuit == nil {
		return "", errors.New("internal error: a Bell pair is not accepted as a program")
	}
	report, err := run.Circuit(ctx, program.Circuit, run.Options{Shots: bellShots, Method: "statevector", NoSimplify: true})
	if err != nil {
		return "", err
	}
	seen := 0
	for _, c := range report.Counts {
		if c.Key != "00" && c.Key != "11" {
			return "", fmt.Errorf("internal error: a Bell pair was measured as %s", c.Key)
		}
		seen += c.N
	}
	if seen != bellShots || len(report.Counts) != 2 {
		return "", fmt.Errorf("internal error: a Bell pair gave %d outcomes in %d of %d shots", len(report.Counts), seen, bellShots)
	}
	return report.Kernel, nil
}

func (o *doctorOptions) checkConfigFile() finding {
	const check = "config file"
	if o.sources.ConfigFile() == "" {
		return finding{check, verdictWarn, "there is no home folder: settings cannot be stored", "set HOME to a folder of yours"}
	}
	file, err := openConfigFile(o.sources)
	if err != nil {
		return failed(check, err)
	}
	path := config.Tilde(file.Path)
	if _, err := os.Stat(file.Path); errors.Is(err, fs.ErrNotExist) {
		return finding{check, verdictOK, path + " does not exist: defaults are used", ""}
	}
	if open := file.Exposed(); len(open) > 0 {
		return finding{check, verdictWarn, strings.Join(open, "; "), ""}
	}
	return finding{check, verdictOK, fmt.Sprintf("%s, %s, for you alone", path, count(len(file.Profiles()), "profile")), ""}
}

func (o *doctorOptions) checkDotEnv(ctx context.Context) finding {
	const check = ".env"
	dotEnv, skipped, err := o.sources.DotEnv()
	switch {
	case err != nil:
		return failed(check, err)
	case dotEnv == nil && len(skipped) > 0:
		return finding{check, verdictWarn, strings.Join(skipped, "; "), ""}
	case dotEnv == nil:
		return finding{check, verdictOK, "none from here to the root of the work tree", ""}
	}
	path := config.Tilde(dotEnv.Path)
	if !dotEnv.HasKey() {
		return finding{check, verdictOK, path + ", without a key", ""}
	}
	switch config.GitStatusOf(ctx, dotEnv.Path) {
	case config.GitVisible:
		return finding{check, verdictWarn, path + " holds a key, and git does not ignore it", "add .env to .gitignore; if it was committed, revoke the key"}
	case config.GitIgnored:
		return finding{check, verdictOK, path + " holds a key; git ignores it", ""}
	}
	return finding{check, verdictOK, path + " holds a key; it is in no git work tree", ""}
}

// checkSettings resolves the settings and says what there is of a credential and where it would go.
func (o *doctorOptions) checkSettings(ctx context.Context) []finding {
	s, err := config.Resolve(o.sources)
	if err != nil {
		return []finding{failed("settings", err)}
	}
	settings := finding{"settings", verdictOK, "all values are good", ""}
	if s.Profile != "" {
		settings.Detail = fmt.Sprintf("profile %s (%s)", s.Profile, s.Origin(config.Profile))
	}
	findings := []finding{settings}
	for _, w := range s.Warnings {
		if !strings.Contains(w, "by others") { // said of the config file already
			findings = append(findings, finding{"settings", verdictWarn, w, ""})
		}
	}
	findings = append(findings, checkKey(s), checkURL(s, o.remote.insecureHTTP), checkCAFile(s))
	return append(findings, o.checkRemote(ctx, s)...)
}

func checkKey(s *config.Settings) finding {
	if s.APIKey.Empty() {
		return finding{"API key", verdictOK, "none: circuits run on this machine", ""}
	}
	return finding{"API key", verdictOK, fmt.Sprintf("%s (%s)", s.APIKey, s.Origin(config.APIKey)), ""}
}

func checkURL(s *config.Settings, insecureHTTP bool) finding {
	f := finding{"API URL", verdictOK, fmt.Sprintf("%s (%s)", s.APIURL, s.Origin(config.APIURL)), ""}
	if err := config.CheckTransport(s.APIURL, insecureHTTP); err != nil {
		f = failed(f.Check, err)
		f.Verdict = verdictWarn
	}
	return f
}

func checkCAFile(s *config.Settings) finding {
	const check = "authorities"
	if s.CAFile == "" {
		return finding{check, verdictOK, "those of the system", ""}
	}
	named := fmt.Sprintf("%q (%s)", config.Tilde(s.CAFile), s.Origin(config.CAFile))
	text, err := config.ReadSmall(s.CAFile)
	if err != nil {
		return finding{check, verdictFail, fmt.Sprintf("%s: %v", named, err), ""}
	}
	if !x509.NewCertPool().AppendCertsFromPEM(text) {
		return finding{check, verdictFail, named + " holds no certificate", "give a PEM file with lines BEGIN CERTIFICATE"}
	}
	return finding{check, verdictOK, "those of the system and of " + named, ""}
}

// keyringPatience is how long the keyring may take: a locked one asks its user first.
const keyringPatience = 2 * time.Second

func (o *doctorOptions) checkKeyring(ctx context.Context) finding {
	const check = "keyring"
	if err := o.keyring(ctx); err != nil {
		return finding{check, verdictOK, "none can be reached: " + err.Error(), ""}
	}
	return finding{check, verdictOK, "the system's keyring can be reached", ""}
}

var errKeyringSlow = errors.New("it does not answer")

// probeKeyring asks the system's keyring for something that is not there. The question cannot be taken back: a keyring that
// does not answer is left behind.
func probeKeyring(ctx context.Context) error {
	if !config.HasSessionBus() {
		return errors.New("there is no desktop session")
	}
	answer := make(chan error, 1)
	go func() {
		_, err := keyring.Get("qcos", "doctor")
		answer <- err
	}()
	select {
	case err := <-answer:
		if errors.Is(err, keyring.ErrNotFound) {
			return nil
		}
		return err
	case <-time.After(keyringPatience):
		return errKeyringSlow
	case <-ctx.Done():
		return ctx.Err()
	}
}
