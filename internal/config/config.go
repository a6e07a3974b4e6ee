// Package config knows every setting: its names, its default, how its value is written, and which of the places that give it
// a value wins. It is the only package that reads the environment, `.env` files and config.json, and the only one that writes
// config.json. It knows no terminal and no network.
//
// The table in settings.go is the one description of the settings: flags, environment names, `qcos configure list` and
// docs/configuration.md derive from it.
package config

//go:generate go run ./gen ../../docs/configuration.md

import (
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"
)

// Settings are all settings after resolution. They do not change afterwards and may be shared.
type Settings struct {
	Profile    string // "" is the part of config.json outside of all profiles
	APIKey     Secret // empty: none was given
	APIURL     string // scheme, host and perhaps a path; no slash at the end
	CAFile     string // "" trusts the system's authorities alone
	Backend    Backend
	Timeout    time.Duration // of one HTTP request; whole seconds
	MaxRetries int

	// Warnings are what the user should know: values that do not count and why, a config.json that others may read.
	Warnings []string
	// DotEnv is the path of the `.env` file that was read, "" where there is none.
	DotEnv string

	values []Value // in the order of the table
}

// Backend is where circuits run.
type Backend string

// The backends. Auto is remote when a key was resolved and local otherwise.
const (
	Auto   Backend = "auto"
	Local  Backend = "local"
	Remote Backend = "remote"
)

// Value is a setting's resolved value, fit to be shown: a secret is cut.
type Value struct {
	Setting *Setting
	Text    string // "" where the setting has no value
	Origin  Origin
}

// Values lists all settings in the order of the table.
func (s *Settings) Values() []Value { return append([]Value(nil), s.values...) }

// Origin says where the value of the setting of this name came from. An unknown name is a programming error and panics.
func (s *Settings) Origin(name string) Origin {
	for _, v := range s.values {
		if v.Setting.Name == name {
			return v.Origin
		}
	}
	panic("config: no setting " + name)
}

// Sources are where values come from, besides the environment of the process.
type Sources struct {
	Flags *pflag.FlagSet // those that AddFlags made count; nil: none
	Dir   string         // the folder from where `.env` is looked for; "": no `.env`
	Home  string         // the folder of .qcos; "": no config.json
}

// Here gives the sources of this process: the flags, the current folder, the user's home. A folder that cannot be found out is
// left empty.
func Here(flags *pflag.FlagSet) Sources {
	s := Sources{Flags: flags}
	if dir, err := os.Getwd(); err == nil {
		s.Dir = dir
	}
	if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
		s.Home = home
	}
	return s
}

// ConfigFile is the path of config.json, "" without a home.
func (s Sources) ConfigFile() string {
	if s.Home == "" {
		return ""
	}
	return filepath.Join(s.Home, ".qcos", "config.json")
}

// Resolve gives every setting its value. It reads at most two files and starts no process. Its errors are *Error.
func Resolve(from Sources) (*Settings, error) {
	dotEnv, warnings, err := from.DotEnv()
	if err != nil {
		return nil, err
	}
	var file *File
	if path := from.ConfigFile(); path != "" {
		if file, err = ReadFile(path); err != nil {
			return nil, err
		}
		warnings = append(warnings, file.Exposed()...)
	}
	s, err := resolveFrom(from, dotEnv, file)
	if err != nil {
		return nil, err
	}
	s.Warnings = append(warnings, s.Warnings...)
	return s, nil
}

// resolveFrom is Resolve with the files read; either may be nil.
func resolveFrom(from Sources, dotEnv *DotEnv, file *File) (*Settings, error) {
	r, err := newResolver(from, dotEnv, file)
	if err != nil {
		return nil, err
	}
	s := &Settings{}
	if dotEnv != nil {
		s.DotEnv = dotEnv.Path
	}
	for i := range table {
		row := &table[i]
		c := r.pick(row)
		if !c.none() {
			if err := row.parse(c.text, s); err != nil {
				return nil, valueError(row, c, err)
			}
		}
		s.values = append(s.values, Value{Setting: row, Text: row.show(s), Origin: c.origin})
	}
	s.Warnings = r.ignored()
	return s, nil
}
