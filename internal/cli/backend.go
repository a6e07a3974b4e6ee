package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/softquantus/qcos/internal/config"
)

// localOnly are the flags of execute that say how this machine computes. A server decides that for itself.
var localOnly = []string{"precision", "threads", "max-memory", "no-simplify", "probabilities", "statevector", "include", "strict", "input", "variables", "max-steps"}

// remoteOnly are the flags of execute that a run on this machine has no use for.
var remoteOnly = []string{"job-id", "name", "tag"}

// chooseBackend says where circuits run, and in words why.
func chooseBackend(s *config.Settings) (remote bool, why string) {
	key := func() string { return fmt.Sprintf("key %s of %s", s.APIKey, s.Origin(config.APIKey)) }
	switch s.Backend {
	case config.Local:
		return false, s.Origin(config.BackendKey).String()
	case config.Remote:
		if s.APIKey.Empty() {
			return true, s.Origin(config.BackendKey).String()
		}
		return true, fmt.Sprintf("%s; %s", s.Origin(config.BackendKey), key())
	}
	if s.APIKey.Empty() {
		return false, "no API key was found"
	}
	return true, key()
}

// chooseBackend says where circuits run: a login stands in for a key that is not there.
func (a *App) chooseBackend(s *config.Settings) (remote bool, why string) {
	if s.APIKey.Empty() && s.Backend != config.Local {
		l, err := a.session(s)
		if err != nil {
			a.warn(err.Error())
		}
		if l != nil {
			why = "logged in as " + l.User
			if s.Backend == config.Remote {
				why = s.Origin(config.BackendKey).String() + "; " + why
			}
			return true, why
		}
	}
	return chooseBackend(s)
}

// tellBackend is the one line that says where circuits run and why.
func (a *App) tellBackend(remote bool, url, why string) {
	where := "on this machine"
	if remote {
		where = "at " + url
	}
	fmt.Fprintf(a.Err, "%s\n", a.errPalette().dim(config.Redact(fmt.Sprintf("running %s (%s)", where, why))))
}

// checkBackendFlags refuses flags that would do nothing where the circuits run.
func checkBackendFlags(cmd *cobra.Command, remote bool, why string) error {
	names, where, next := remoteOnly, "on this machine", "give a key, or leave it out"
	if remote {
		names, where, next = localOnly, "at a server", "leave it out, or run here with --backend local"
	}
	var wrong *pflag.Flag
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if wrong == nil && slices.Contains(names, f.Name) {
			wrong = f
		}
	})
	if wrong == nil {
		return nil
	}
	return &UsageError{Detail: fmt.Sprintf("--%s has no effect %s, where the circuits run (%s)", wrong.Name, where, config.Redact(why)), Next: next}
}
