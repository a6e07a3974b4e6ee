package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// longestLine bounds what is read as a key, in bytes: more is not a key but a file that was meant for something else.
const longestLine = 64 << 10

// askSecret asks on the terminal and reads a line that does not show. When ctx ends it puts the terminal back as it was: the
// read itself cannot be stopped, and a terminal left without echo would be of no use to anybody.
func (a *App) askSecret(ctx context.Context, prompt string) (string, error) {
	fmt.Fprint(a.Err, prompt)
	defer fmt.Fprintln(a.Err)
	file, ok := a.In.(*os.File)
	if !ok {
		return readSecretLine(ctx, a.In)
	}
	fd := int(file.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("cannot hide what is typed: %w", err)
	}
	return await(ctx, func() (string, error) {
		line, err := term.ReadPassword(fd)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", &InputError{Detail: "the API key cannot be read: " + err.Error()}
		}
		return strings.TrimSpace(string(line)), nil
	}, func() { _ = term.Restore(fd, before) })
}

// readSecretLine reads the first line, without the space around it.
func readSecretLine(ctx context.Context, in io.Reader) (string, error) {
	return await(ctx, func() (string, error) {
		line, err := bufio.NewReader(io.LimitReader(in, longestLine)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", &InputError{Detail: "the API key cannot be read from standard input: " + err.Error()}
		}
		return strings.TrimSpace(line), nil
	}, func() {})
}

// await returns what read returns, or ctx's error as soon as ctx ends, after abandon.
func await(ctx context.Context, read func() (string, error), abandon func()) (string, error) {
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := read()
		answers <- answer{line, err}
	}()
	select {
	case a := <-answers:
		return a.line, a.err
	case <-ctx.Done():
		abandon()
		return "", ctx.Err()
	}
}
