package cli

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/spelling"
	"github.com/spf13/pflag"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
)

// format is how a result is written.
type format string

const (
	formatText format = "text"
	formatJSON format = "json"
)

func addFormatFlag(cmd *cobra.Command, f *format) {
	*f = formatText
	addChoice(cmd, (*string)(f), "format", []string{string(formatText), string(formatJSON)}, "how the result is written")
}

// choiceValue is a flag that takes one of a few words.
type choiceValue struct {
	into    *string
	allowed []string
}

func addChoice(cmd *cobra.Command, into *string, name string, allowed []string, usage string) {
	cmd.Flags().Var(&choiceValue{into, allowed}, name, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return allowed, cobra.ShellCompDirectiveNoFileComp
	})
}

func (v *choiceValue) String() string { return *v.into }
func (v *choiceValue) Type() string   { return strings.Join(v.allowed, "|") }

func (v *choiceValue) Set(s string) error {
	if !slices.Contains(v.allowed, s) {
		if near := spelling.Nearest(s, v.allowed); near != "" {
			return fmt.Errorf("did you mean %s? allowed: %s", near, strings.Join(v.allowed, ", "))
		}
		return fmt.Errorf("allowed: %s", strings.Join(v.allowed, ", "))
	}
	*v.into = s
	return nil
}

// seedValue is a flag that may be left out: zero is a seed too.
type seedValue struct{ into **uint64 }

func (v seedValue) Type() string { return "N" }

func (v seedValue) String() string {
	if v.into == nil || *v.into == nil {
		return ""
	}
	return strconv.FormatUint(**v.into, 10)
}

func (v seedValue) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return errors.New("a whole number from 0 to 2^64-1 is needed")
	}
	*v.into = &n
	return nil
}

// maxCount bounds numbers of shots: up to here every reader of JSON keeps a count exactly.
const maxCount = 1 << 53

// countValue is a whole number of at least 1. It allows 1_000_000, which is how people write what they want to read.
type countValue struct {
	into *int
	max  int
}

func (v countValue) Type() string { return "N" }

func (v countValue) String() string {
	if v.into == nil || *v.into == 0 {
		return ""
	}
	return strconv.Itoa(*v.into)
}

func (v countValue) Set(s string) error {
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	if err != nil || n < 1 || n > int64(v.max) {
		return fmt.Errorf("a whole number from 1 to %d is needed", v.max)
	}
	*v.into = int(n)
	return nil
}

// bytesValue is an amount of memory such as 8GiB.
type bytesValue struct{ into *int64 }

func (v bytesValue) Type() string { return "SIZE" }

func (v bytesValue) String() string {
	if v.into == nil || *v.into == 0 {
		return ""
	}
	return strconv.FormatInt(*v.into, 10)
}

func (v bytesValue) Set(s string) error {
	n, err := config.ParseBytes(s)
	if err == nil {
		*v.into = n
	}
	return err
}

// timeValue is a duration such as 30s, 10m or, in seconds, 90. The zero duration is none.
type timeValue struct{ into *time.Duration }

func (v timeValue) Type() string { return "TIME" }

func (v timeValue) String() string {
	if v.into == nil || *v.into == 0 {
		return ""
	}
	return v.into.String()
}

func (v timeValue) Set(s string) error {
	d, err := time.ParseDuration(s)
	if seconds, e := strconv.ParseFloat(s, 64); e == nil && seconds < math.MaxInt64/float64(time.Second) {
		d, err = time.Duration(seconds*float64(time.Second)), nil
	}
	if err != nil || d <= 0 {
		return errors.New("a time is needed, such as 30s, 10m, 1h30m or a number of seconds")
	}
	*v.into = d
	return nil
}

// flagError words what pflag found wrong. The value of an unknown flag is not repeated: it may be a key.
func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &value):
		return &UsageError{Detail: fmt.Sprintf("--%s %q: %v", value.GetFlag().Name, value.GetValue(), plainNumberError(value.Unwrap())), Next: seeHelp(cmd)}
	case errors.As(err, &missing):
		return &UsageError{Detail: fmt.Sprintf("--%s needs a value", missing.GetFlag().Name), Next: seeHelp(cmd)}
	}
	return &UsageError{Detail: diag.Printable(err.Error()), Next: seeHelp(cmd)}
}

// plainNumberError takes the name of Go's function off an error about a number or a truth value.
func plainNumberError(err error) error {
	var number *strconv.NumError
	if errors.As(err, &number) {
		return number.Err
	}
	return err
}

func unknownFlag(cmd *cobra.Command, unknown *pflag.NotExistError) error {
	name := "--" + unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		name = "-" + unknown.GetSpecifiedName()
	}
	e := &UsageError{Detail: "unknown flag " + name, Next: seeHelp(cmd)}
	if near := spelling.Nearest(unknown.GetSpecifiedName(), flagNames(cmd)); near != "" {
		e.Next = fmt.Sprintf("did you mean --%s?", near)
	}
	return e
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	return names
}
