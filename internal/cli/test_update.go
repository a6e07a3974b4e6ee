package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/softquantus/qcos/internal/expect"
)

// writeSeen writes the distribution of each program into its file of expectations, and leaves everything else there as it is.
func (o *testOptions) writeSeen(b *testBench, tests []*test) error {
	failures := &batch{app: o.app, total: len(tests), what: "tests"}
	for _, t := range tests {
		if t.subject == nil || t.subject.err != nil {
			err := t.err
			if t.subject != nil && t.subject.err != nil {
				err = t.subject.err
			}
			failures.note(input{t.file}, err)
			continue
		}
		if err := o.writeOne(t); err != nil {
			failures.note(input{t.file}, err)
		}
	}
	return failures.result()
}

func (o *testOptions) writeOne(t *test) error {
	path := expectFile(t.file)
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(t.suite.Checks) > 0:
		o.app.warn(fmt.Sprintf("%s: its expectations are comments, which --update leaves alone", t.file))
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return inputError(input{path}, err)
	}
	text, err := expect.Update(path, old, t.subject.seen)
	if err != nil {
		return err
	}
	out, err := o.app.openSink(path)
	if err != nil {
		return err
	}
	defer out.discard()
	if err := out.write(text); err != nil {
		return err
	}
	if err := out.commit(); err != nil {
		return err
	}
	return o.app.write(fmt.Appendf(nil, "%s %s: %s\n", o.app.outPalette().green("✓"), path, counted(len(t.subject.seen.Keys()), "outcome")))
}
