package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/machine"
)

// doctorOptions hold what the checks ask, so that tests can answer.
type doctorOptions struct {
	app     *App
	sources config.Sources
	memory  func() machine.Memory
	keyring func(context.Context) error
	try     func(context.Context) (kernel string, err error)

	remote  clientOptions
	timeout time.Duration // of each question to the remote API

	format format
}

func newDoctorCommand(a *App) *cobra.Command {
	o := &doctorOptions{app: a, memory: machine.CurrentMemory, keyring: probeKeyring, try: tryEngine, remote: clientOptions{app: a}, timeout: doctorTimeout}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check this machine and the configuration",
		Long: "Check what qcos needs and finds: processor, memory, a first circuit, the files of settings and who may read them,\n" +
			"the key and where it goes, the keyring. With a key the remote API is asked: whether it can be reached and trusted, whether\n" +
			"the clocks agree, whether the key is accepted and whose it is. Without one nothing is sent anywhere.\n" +
			"The exit code is 1 if a check fails.",
		Example:           "  qcos doctor\n  qcos doctor --profile dev --format json",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.sources = config.Here(cmd.Flags())
			return o.run(cmd.Context())
		},
	}
	o.remote.addFlags(cmd)
	addFormatFlag(cmd, &o.format)
	return cmd
}

// verdict is the outcome of a check.
type verdict string

const (
	verdictOK   verdict = "ok"
	verdictWarn verdict = "warn"
	verdictFail verdict = "fail"
)

// finding is what one check found.
type finding struct {
	Check   string  `json:"check"`
	Verdict verdict `json:"status"`
	Detail  string  `json:"detail"`
	Next    string  `json:"next,omitempty"` // what to do
}

func (o *doctorOptions) run(ctx context.Context) error {
	findings := o.examine(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	worst := verdictOK
	for i := range findings {
		f := &findings[i]
		f.Detail, f.Next = diag.Printable(config.Redact(f.Detail)), diag.Printable(config.Redact(f.Next))
		if f.Verdict == verdictFail || worst == verdictOK {
			worst = f.Verdict
		}
	}
	if err := o.show(findings, worst); err != nil {
		return err
	}
	if worst == verdictFail {
		return &reportedError{exitFailed}
	}
	return nil
}

func (o *doctorOptions) show(findings []finding, worst verdict) error {
	if o.format == formatJSON {
		text, err := json.Marshal(struct {
			Status verdict   `json:"status"`
			Checks []finding `json:"checks"`
		}{worst, findings})
		if err != nil {
			return err
		}
		return o.app.write(append(text, '\n'))
	}
	p := o.app.outPalette()
	marks := map[verdict]string{verdictOK: p.green("ok  "), verdictWarn: p.yellow("warn"), verdictFail: p.red("fail")}
	width := 0
	for _, f := range findings {
		width = max(width, len(f.Check))
	}
	var text strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&text, "%s  %-*s  %s\n", marks[f.Verdict], width, f.Check, f.Detail)
		if f.Next != "" {
			fmt.Fprintf(&text, "%*s%s\n", len(verdictFail)+width+4, "", p.dim(f.Next))
		}
	}
	return o.app.write([]byte(text.String()))
}

// failed words an error of a check.
func failed(check string, err error) finding {
	var setting *config.Error
	if errors.As(err, &setting) {
		return finding{check, verdictFail, setting.Detail, setting.Next}
	}
	return finding{check, verdictFail, err.Error(), ""}
}
