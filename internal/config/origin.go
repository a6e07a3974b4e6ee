package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Kind is a sort of place that gives a value.
type Kind string

// The kinds, strongest first.
const (
	FromFlag        Kind = "flag"
	FromEnvironment Kind = "environment"
	FromDotEnv      Kind = ".env"
	FromProfile     Kind = "profile"     // of config.json
	FromConfigFile  Kind = "config file" // config.json outside of its profiles
	FromDefault     Kind = "default"
)

// Origin says where a value came from.
type Origin struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name,omitempty"` // --flag, VARIABLE, or the profile
	Path string `json:"path,omitempty"` // of the file
	Line int    `json:"line,omitempty"` // in the file, from 1; 0 is unknown
}

// String names the place as in "flag --timeout" or "profile dev in ~/.qcos/config.json".
func (o Origin) String() string {
	switch o.Kind {
	case FromFlag, FromEnvironment:
		return fmt.Sprintf("%s %s", o.Kind, o.Name)
	case FromDotEnv:
		return fmt.Sprintf(".env %s%s", Tilde(o.Path), o.line())
	case FromProfile:
		return fmt.Sprintf("profile %s in %s%s", o.Name, Tilde(o.Path), o.line())
	case FromConfigFile:
		return Tilde(o.Path) + o.line()
	}
	return string(o.Kind)
}

func (o Origin) line() string {
	if o.Line == 0 {
		return ""
	}
	return fmt.Sprintf(" line %d", o.Line)
}

// Tilde shortens a path within the user's home for the eye.
func Tilde(path string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	if rest, ok := strings.CutPrefix(path, filepath.Clean(home)+string(filepath.Separator)); ok {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}
