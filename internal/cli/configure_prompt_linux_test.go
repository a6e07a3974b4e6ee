package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminalPair opens a pseudo-terminal: what a person sees and types, and what a program reads.
func terminalPair(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

func echoes(t *testing.T, f *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// waitForSilence returns once the terminal does not echo, which is when the program has begun to read.
func waitForSilence(t *testing.T, f *os.File) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); echoes(t, f); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the terminal still echoes")
		}
	}
}

// screen collects what the person sees.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func TestSecretIsNotEchoed(t *testing.T) {
	person, program := terminalPair(t)
	var seen screen
	go func() { _, _ = io.Copy(&seen, person) }()
	a := &App{In: program, Err: program}
	type answer struct {
		key string
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		key, err := a.askSecret(t.Context(), "API key: ")
		answers <- answer{key, err}
	}()
	waitForSilence(t, program)
	if _, err := person.WriteString(secretKey + "\n"); err != nil {
		t.Fatal(err)
	}
	if got := <-answers; got.err != nil || got.key != secretKey {
		t.Fatalf("got %+v", got)
	}
	if !echoes(t, program) {
		t.Error("the terminal was left without echo")
	}
	if _, err := program.WriteString("end"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); !bytes.HasSuffix([]byte(seen.String()), []byte("end")); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the screen shows %q", seen.String())
		}
	}
	if got, want := seen.String(), "API key: \r\nend"; got != want && got != "API key: \r\n\r\nend" {
		t.Errorf("the screen shows %q, want %q", got, want)
	}
}

func TestInterruptedQuestionRestoresTheTerminal(t *testing.T) {
	_, program := terminalPair(t)
	ctx, cancel := context.WithCancel(t.Context())
	a := &App{In: program, Err: io.Discard}
	done := make(chan error, 1)
	go func() {
		_, err := a.askSecret(ctx, "API key: ")
		done <- err
	}()
	waitForSilence(t, program)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if !echoes(t, program) {
		t.Error("the terminal was left without echo")
	}
}
