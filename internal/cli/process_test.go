package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// longProgram is small and runs for minutes: all that helps is to stop it.
func longProgram() string {
	var b strings.Builder
	b.WriteString("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[20];\ncreg c[20];\n")
	b.WriteString("gate g0 a, b { u3(0.1, 0.2, 0.3) a; cx a, b; u3(0.3, 0.2, 0.1) b; }\n")
	for i := 1; i <= 5; i++ {
		fmt.Fprintf(&b, "gate g%d a, b { %s}\n", i, strings.Repeat(fmt.Sprintf("g%d a, b; g%d b, a; ", i-1, i-1), 4))
	}
	for i := range 20 {
		fmt.Fprintf(&b, "g5 q[%d], q[%d];\n", i, (i+7)%20)
	}
	b.WriteString("measure q -> c;\n")
	return b.String()
}

// interrupt starts qcos, waits until mark is seen on its standard error, sends Ctrl-C, and returns the exit code and what was
// written on standard error.
func interrupt(t *testing.T, cmd *exec.Cmd, mark string) (code int, words string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no signals to another process on Windows")
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() }).Stop()
	var seen bytes.Buffer
	for buf := make([]byte, 4096); !bytes.Contains(seen.Bytes(), []byte(mark)); {
		n, err := stderr.Read(buf)
		seen.Write(buf[:n])
		if err != nil {
			t.Fatalf("ended before %q was seen: %v: %s", mark, err, seen.String())
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(&seen, stderr)
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) {
		t.Fatalf("the process ended with %v", err)
	}
	return exit.ExitCode(), seen.String()
}

// TestInterruptRun: Ctrl-C in the middle of a run gives 130 and leaves no file behind.
func TestInterruptRun(t *testing.T) {
	cmd := qcosProcess(t, "execute", "--debug", "--output", "result.txt", "long.qasm", "long.qasm")
	if err := os.WriteFile(filepath.Join(cmd.Dir, "long.qasm"), []byte(longProgram()), 0o600); err != nil {
		t.Fatal(err)
	}
	code, words := interrupt(t, cmd, "program read")
	if code != exitInterrupted || !strings.Contains(words, "Error: interrupted\n") {
		t.Errorf("exit code %d: %s", code, words)
	}
	entries, err := os.ReadDir(cmd.Dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

// TestInterruptReading: a command that waits for its input, which no context reaches, ends all the same.
func TestInterruptReading(t *testing.T) {
	cmd := qcosProcess(t, "execute", "--debug", "--output", "result.txt", "-")
	stdin, err := cmd.StdinPipe() // open and silent
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	code, words := interrupt(t, cmd, "command")
	if code != exitInterrupted {
		t.Errorf("exit code %d: %s", code, words)
	}
	if entries, err := os.ReadDir(cmd.Dir); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

// TestTemporaryFiles: removeAll takes away what was not committed, and nothing else.
func TestTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	a := &App{}
	kept, lost := filepath.Join(dir, "kept"), filepath.Join(dir, "lost")
	for _, path := range []string{kept, lost} {
		s, err := a.openSink(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.write([]byte("text")); err != nil {
			t.Fatal(err)
		}
		if path == kept {
			if err := s.commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.temporary.removeAll()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "kept" {
		t.Errorf("left: %v (%v)", entries, err)
	}
}

// TestInterruptedBatch: after Ctrl-C no further file is begun.
func TestInterruptedBatch(t *testing.T) {
	var words bytes.Buffer
	a := &App{Err: &words}
	ctx, cancel := context.WithCancel(context.Background())
	begun := 0
	err := a.each(ctx, []input{{"a"}, {"b"}, {"c"}}, func(input) error {
		begun++
		cancel()
		return ctx.Err()
	})
	if begun != 1 || exitCode(err) != exitInterrupted {
		t.Errorf("%d files begun, %v", begun, err)
	}
}
