package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

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
	person, program := openTerminal(t)
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
	_, program := openTerminal(t)
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
