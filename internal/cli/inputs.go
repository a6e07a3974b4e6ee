package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// inputOptions are the values of a program's input variables.
type inputOptions struct{ values map[string]string }

func (o *inputOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().Var(inputValue{o}, "input", "value of an input variable of an OpenQASM 3 program, as `NAME=VALUE`, or @FILE with a JSON object of them; may be repeated")
}

// inputValue is the flag --input. Later values replace earlier ones.
type inputValue struct{ into *inputOptions }

func (v inputValue) Type() string { return "NAME=VALUE" }

func (v inputValue) String() string { return "" }

func (v inputValue) Set(s string) error {
	if v.into.values == nil {
		v.into.values = map[string]string{}
	}
	if path, ok := strings.CutPrefix(s, "@"); ok {
		return v.into.readFile(path)
	}
	name, text, ok := strings.Cut(s, "=")
	if name = strings.TrimSpace(name); !ok || name == "" {
		return fmt.Errorf("NAME=VALUE is needed, such as theta=0.5 or bits=0110, or @FILE with a JSON object")
	}
	v.into.values[name] = text
	return nil
}

// maxInputFile is how large a file of inputs may be, in bytes.
const maxInputFile = 1 << 28

func (o *inputOptions) readFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s cannot be read: %s", path, plain(err))
	case info.IsDir():
		return fmt.Errorf("%s is a folder", path)
	case info.Size() > maxInputFile:
		return fmt.Errorf("%s is larger than any file of inputs", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %s", path, plain(err))
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return fmt.Errorf(`the file is no JSON object such as {"theta": 0.5}: %w`, err)
	}
	for name, raw := range object {
		o.values[name] = string(raw)
	}
	return nil
}
