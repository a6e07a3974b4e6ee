package config

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// The names of the settings, as config.json and `qcos configure` write them.
const (
	Profile    = "profile"
	APIKey     = "api_key"
	APIURL     = "api_url"
	CAFile     = "ca_file"
	BackendKey = "backend"
	Timeout    = "timeout"
	MaxRetries = "max_retries"
)

// Setting is one row of the table.
type Setting struct {
	Name    string // unique
	Flag    string // without dashes
	Env     string
	Key     string // the member of config.json
	Default string // "" is none
	Value   string // what stands for the value in help: KEY, URL, …
	Allowed string // which values there are, in words
	Help    string // one sentence in lower case without a full stop

	Secret   bool // shown cut
	Numeric  bool // config.json may write it as a number
	TopLevel bool // not a member of a profile

	// OfServer marks what makes up one credential: a profile that the user chose beats the environment, and a profile does
	// not inherit it from the part of config.json outside of profiles.
	OfServer bool
	// WithKey marks what a `.env` gives only together with the key in use, so that a cloned project cannot redirect a key that
	// is not its own.
	WithKey bool

	parse func(text string, into *Settings) error // the error continues "NAME VALUE: "; for a secret, "the key "
	show  func(s *Settings) string                // the value, cut where it is secret
}

const defaultURL = "https://api.softquantus.com"

var table = []Setting{
	{
		Name: Profile, Flag: "profile", Env: "QCOS_PROFILE", Key: "default_profile", Value: "NAME", TopLevel: true,
		Allowed: "letters, digits, - and _; one of config.json, or one with its own variable QCOS_<NAME>_API_KEY",
		Help:    "the profile of config.json whose key, URL and other values are used",
		parse:   parseProfile, show: func(s *Settings) string { return s.Profile },
	},
	{
		Name: APIKey, Flag: "api-key", Env: "QCOS_API_KEY", Key: APIKey, Value: "KEY", Secret: true, OfServer: true,
		Allowed: "what the server gave you, as in qcos-xxxx-xxxx-xxxx: printable ASCII without spaces",
		Help:    "the key for the remote API",
		parse:   parseKey, show: func(s *Settings) string { return s.APIKey.String() },
	},
	{
		Name: APIURL, Flag: "api-url", Env: "QCOS_API_URL", Key: APIURL, Default: defaultURL, Value: "URL", OfServer: true, WithKey: true,
		Allowed: "an http or https URL with a host, without user, query and fragment",
		Help:    "where the remote API is",
		parse:   parseURL, show: func(s *Settings) string { return s.APIURL },
	},
	{
		Name: CAFile, Flag: "ca-file", Env: "QCOS_CA_FILE", Key: CAFile, Value: "FILE", OfServer: true, WithKey: true,
		Allowed: "a PEM file; one named in a file is looked for beside that file",
		Help:    "certificate authorities to trust besides the system's",
		parse:   parseFile, show: func(s *Settings) string { return s.CAFile },
	},
	{
		Name: BackendKey, Flag: "backend", Env: "QCOS_BACKEND", Key: BackendKey, Default: string(Auto), Value: "auto|local|remote", WithKey: true,
		Allowed: "auto (remote when there is a key, else local), local or remote",
		Help:    "where circuits run",
		parse:   parseBackend, show: func(s *Settings) string { return string(s.Backend) },
	},
	{
		Name: Timeout, Flag: "timeout", Env: "QCOS_TIMEOUT", Key: Timeout, Default: "60", Value: "TIME", Numeric: true,
		Allowed: "whole seconds, or with a unit as in 30s, 2m or 1h; 1s to 24h",
		Help:    "how long one request to the remote API may take",
		parse:   parseTimeout, show: func(s *Settings) string { return seconds(s.Timeout) },
	},
	{
		Name: MaxRetries, Flag: "max-retries", Env: "QCOS_MAX_RETRIES", Key: MaxRetries, Default: "3", Value: "N", Numeric: true,
		Allowed: "a whole number from 0 to 100",
		Help:    "how often a failed request to the remote API is tried again",
		parse:   parseRetries, show: func(s *Settings) string { return strconv.Itoa(s.MaxRetries) },
	},
}

// Table lists the settings in the order in which they are shown.
func Table() []Setting { return slices.Clone(table) }

// Names lists the names of the settings in the order of the table.
func Names() []string {
	var names []string
	for _, row := range table {
		names = append(names, row.Name)
	}
	return names
}

// Lookup finds a setting by its name, or by its name in config.json; nil where there is none.
func Lookup(name string) *Setting {
	name = strings.ReplaceAll(name, "-", "_")
	for i := range table {
		if table[i].Name == name || table[i].Key == name {
			return &table[i]
		}
	}
	return nil
}

// Find is Lookup with an *Error that suggests the nearest name where there is no such setting.
func Find(name string) (*Setting, error) {
	if row := Lookup(name); row != nil {
		return row, nil
	}
	return nil, unknownSetting(name)
}

// settingFlag is the annotation of the flags that AddFlags makes. Another flag may have the name of a setting and mean
// something else: execute's --timeout is of the whole run.
const settingFlag = "qcos_setting"

// AddFlags gives a command the flags of the settings of these names, which Resolve then reads. An unknown name is a programming
// error and panics.
func AddFlags(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		row := Lookup(name)
		if row == nil {
			panic("config: no setting " + name)
		}
		flags.Var(&flagValue{word: row.Value}, row.Flag, row.usage())
		_ = flags.SetAnnotation(row.Flag, settingFlag, []string{row.Name})
	}
}

// usage is the help of the setting's flag.
func (row *Setting) usage() string {
	text := row.Help + " (" + row.Env
	if row.Default != "" {
		text += ", default " + row.Default
	}
	return text + ")"
}

// flagValue is the text of a setting's flag. Resolve parses it, as it does the text of every other place.
type flagValue struct{ word, text string }

func (v *flagValue) String() string     { return v.text }
func (v *flagValue) Set(s string) error { v.text = s; return nil }
func (v *flagValue) Type() string       { return v.word } // what help shows for the value
