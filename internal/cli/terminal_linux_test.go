package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openTerminal returns the two ends of a new pseudo-terminal of 100 columns: what is written to the far end, the near end reads.
func openTerminal(t *testing.T) (near, far *os.File) {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("this machine gives no pseudo-terminal: %v", err)
	}
	near = os.NewFile(uintptr(fd), "ptmx")
	t.Cleanup(func() { near.Close() })
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	far, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("this machine gives no pseudo-terminal: %v", err)
	}
	if err := unix.IoctlSetWinsize(int(far.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 100}); err != nil {
		t.Fatal(err)
	}
	return near, far
}

// onTerminal runs qcos with both outputs on a terminal and returns what appeared there.
func onTerminal(t *testing.T, env []string, args ...string) string {
	t.Helper()
	near, far := openTerminal(t)
	cmd := qcosProcess(t, args...)
	cmd.Env = append(append(cmd.Env, "TERM=xterm", "NO_COLOR="), env...)
	cmd.Stdout, cmd.Stderr = far, far
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	far.Close()
	var seen bytes.Buffer
	_, err := io.Copy(&seen, near)
	if err != nil && !errors.Is(err, syscall.EIO) { // how the far end's closing shows
		t.Fatal(err)
	}
	_ = cmd.Wait()
	return seen.String()
}

func TestTerminal(t *testing.T) {
	bell, err := filepath.Abs(filepath.Join(circuitsDir, "bell.qasm"))
	if err != nil {
		t.Fatal(err)
	}
	colored := onTerminal(t, nil, "execute", "--seed", "7", bell)
	if !strings.Contains(colored, "\x1b[1m"+bell+"\x1b[0m") || !strings.Contains(colored, "\x1b[36m█") {
		t.Errorf("no colours on a terminal: %q", colored)
	}
	failed := onTerminal(t, nil, "execute", "absent.qasm")
	if !strings.Contains(failed, "\x1b[1;31mError:\x1b[0m no such file") {
		t.Errorf("no colours in an error on a terminal: %q", failed)
	}
	for _, env := range []string{"NO_COLOR=1", "TERM=dumb"} {
		if plain := onTerminal(t, []string{env}, "execute", "--seed", "7", bell); strings.Contains(plain, "\x1b") || !strings.Contains(plain, "  11  ") {
			t.Errorf("%s: %q", env, plain)
		}
	}
}

// TestProgress runs something long enough for the bar to appear, and looks that it is gone in the end.
func TestProgress(t *testing.T) {
	if testing.Short() {
		t.Skip("takes two seconds")
	}
	near, far := openTerminal(t)
	a := &App{Err: far, ErrTerminal: true}
	var seen bytes.Buffer
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(&seen, near)
	}()
	p := a.startProgress("long.qasm")
	p.update(0.25)
	time.Sleep(progressDelay + 5*progressTick)
	p.stop()
	p.stop() // does no harm
	far.Close()
	<-read
	if s := seen.String(); !strings.Contains(s, "long.qasm") || !strings.Contains(s, "25 %") {
		t.Errorf("no bar: %q", s)
	}
	if s := seen.String(); strings.Contains(s[strings.LastIndex(s, "\x1b["):], "long.qasm") {
		t.Errorf("the bar is left behind: %q", s)
	}
}

// TestNoProgressOfShortRuns: what ends at once shows nothing.
func TestNoProgressOfShortRuns(t *testing.T) {
	var seen bytes.Buffer
	a := &App{Err: &seen, ErrTerminal: true}
	p := a.startProgress("short.qasm")
	p.update(0.5)
	p.stop()
	if seen.Len() > 0 {
		t.Errorf("%q", seen.String())
	}
	if (&App{Err: &seen}).startProgress("piped.qasm") != nil {
		t.Error("a bar off a terminal")
	}
}
