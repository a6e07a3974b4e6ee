package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/run"
)

func invalid(t *testing.T) error {
	t.Helper()
	set := &diag.Set{}
	src, err := set.Add("a.qasm", []byte("x\n"))
	if err != nil {
		t.Fatal(err)
	}
	return &invalidError{set, diag.List{{Message: "wrong", Span: diag.Span{Start: src.Base, End: src.Base + 1}}}}
}

// TestExitCodes pins the map from errors to exit codes, words for programs, and words for people.
func TestExitCodes(t *testing.T) {
	cases := []struct {
		err   error
		code  int
		word  string
		words string
	}{
		{nil, exitOK, "", ""},
		{errors.New("odd"), exitFailed, "internal", "Error: odd\n"},
		{&InputError{"no such file: x", "look"}, exitFailed, "input_error", "Error: no such file: x\n       look\n"},
		{&UsageError{"wrong", ""}, exitUsage, "usage", "Error: wrong\n"},
		{&run.UsageError{Detail: "wrong", Next: "right"}, exitUsage, "usage", "Error: wrong\n       right\n"},
		{&config.Error{Detail: "wrong", Next: "right"}, exitUsage, "usage", "Error: wrong\n       right\n"},
		{invalid(t), exitInvalid, "invalid_circuit", ""},
		{&run.InfeasibleError{Detail: "too large", Next: "less"}, exitFailed, "infeasible", "Error: too large\n       less\n"},
		{&timeoutError{"1s"}, exitFailed, "timeout", "Error: stopped after 1s"},
		{context.Canceled, exitInterrupted, "interrupted", "Error: interrupted\n"},
		{&reportedError{exitInvalid}, exitInvalid, "", ""},
		{&internalError{"boom", []byte("stack")}, exitFailed, "internal", "Error: internal error: boom\n       this is a fault of qcos"},
	}
	for _, c := range cases {
		for _, err := range []error{c.err, about(input{"f"}, orNil(c.err))} {
			if err == nil && c.err != nil {
				continue
			}
			if got := exitCode(err); got != c.code {
				t.Errorf("%v: exit code %d, not %d", err, got, c.code)
			}
			if c.word != "" && errorCode(err) != c.word {
				t.Errorf("%v: code %q, not %q", err, errorCode(err), c.word)
			}
		}
		var words bytes.Buffer
		(&App{Err: &words}).report(c.err)
		if !strings.HasPrefix(words.String(), c.words) || c.words == "" && words.Len() > 0 {
			t.Errorf("%v: %q, not %q", c.err, words.String(), c.words)
		}
		if !slices.ContainsFunc(codes, func(d struct {
			code    int
			meaning string
		},
		) bool {
			return d.code == c.code
		}) {
			t.Errorf("exit code %d is not documented", c.code)
		}
	}
}

// orNil stands in for the nil error, which about never sees.
func orNil(err error) error {
	if err == nil {
		return &reportedError{exitOK}
	}
	return err
}

// TestPanic: a fault of ours is one line, a stack only for --debug, and never a key.
func TestPanic(t *testing.T) {
	for _, debug := range []bool{false, true} {
		var words bytes.Buffer
		a := &App{Err: &words, Debug: debug}
		err := a.each(context.Background(), []input{{"a.qasm"}, {"b.qasm"}}, func(in input) error {
			if in.name == "a.qasm" {
				panic(fmt.Sprintf("no entry for %q", secretKey))
			}
			return nil
		})
		text := words.String()
		if exitCode(err) != exitFailed || !strings.HasPrefix(text, "Error: a.qasm: internal error: no entry for ") || !strings.Contains(text, issuesURL) {
			t.Errorf("%v: %s", err, text)
		}
		if strings.Contains(text, "goroutine") != debug {
			t.Errorf("debug %v: %s", debug, text)
		}
		if strings.Contains(text, secretKey[len("qcos-Ca"):]) {
			t.Errorf("the key is shown: %s", text)
		}
	}
}
