package cli

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/apitest"
	"github.com/softquantus/qcos/pkg/api"
)

// appears waits until text is on the screen.
func appears(t *testing.T, seen *screen, text string) {
	t.Helper()
	for deadline := time.Now().Add(90 * time.Second); !strings.Contains(seen.String(), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%q does not appear: %q", text, seen.String())
		}
	}
}

// remoteAtTerminal starts qcos with everything on a terminal, against a server.
func remoteAtTerminal(t *testing.T, s *apitest.Server, args ...string) (near *os.File, seen *screen, cmd *exec.Cmd) {
	t.Helper()
	near, far := openTerminal(t)
	cmd = qcosProcess(t, args...)
	cmd.Env = append(cmd.Env, "TERM=xterm", "NO_COLOR=1", "QCOS_API_KEY="+apitest.Key, "QCOS_API_URL="+s.URL)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = far, far, far
	if err := os.WriteFile(cmd.Dir+"/bell.qasm", []byte(copyOf(t, "bell.qasm")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	far.Close()
	seen = &screen{}
	go func() { _, _ = io.Copy(seen, near) }()
	return near, seen, cmd
}

// TestInterruptAsks: on a terminal a long wait says where the job is, and Ctrl-C asks what shall become of it.
func TestInterruptAsks(t *testing.T) {
	t.Setenv("QCOS_TIMEOUT", "4") // long polls of two seconds: the line is drawn anew after each
	for answer, want := range map[string]api.Status{"y\n": api.StatusCancelled, "n\n": api.StatusProcessing} {
		s := apitest.New(t)
		s.Delay = time.Hour
		near, seen, cmd := remoteAtTerminal(t, s, "execute", "--job-id", "asked", "bell.qasm")
		appears(t, seen, "asked: processing")
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		appears(t, seen, "1 job may still run at "+s.URL+". Cancel? [y/N]")
		if _, err := near.WriteString(answer); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
			t.Errorf("exit code %d: %q", code, seen.String())
		}
		if got := s.Jobs()[0].Status; got != want {
			t.Errorf("answered %q, and the job is %s: %q", answer, got, seen.String())
		}
	}
}

// TestStatusLineGoesAway: nothing of it is left beside the result.
func TestStatusLineGoesAway(t *testing.T) {
	t.Setenv("QCOS_TIMEOUT", "4")
	s := apitest.New(t)
	s.Delay = 2500 * time.Millisecond
	_, seen, cmd := remoteAtTerminal(t, s, "execute", "bell.qasm", "bell.qasm")
	_ = cmd.Wait()
	appears(t, seen, "  11  512  50.0 %")
	text := seen.String()
	if at := strings.LastIndex(text, "0 of 2 circuits done"); at < 0 || !strings.HasPrefix(text[at+len("0 of 2 circuits done"):], eraseLine) {
		t.Errorf("got %q", text)
	}
}
