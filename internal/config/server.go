package config

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Server is every setting of a server's commands after resolution: flag, environment, file, default, the strongest first.
type Server struct {
	Listen       string
	DataDir      string
	Database     string // URL of a PostgreSQL database, which may hold a password; "": SQLite in DataDir
	Secret       Secret // the server's own, from the environment; empty: in SecretFile or the data folder
	SecretFile   string
	Workers      int // jobs at once in this process; -1: one a core
	MaxMemory    int64
	Keep         time.Duration // of finished jobs; 0: for ever
	TLSCert      string
	TLSKey       string
	InsecureHTTP bool

	PublicURL   string // where people reach the server; "": what a request says
	SignUp      string // open, invite or closed
	DefaultTier string // of an account that somebody makes
	SMTP        Secret // URL of a mail server, which may hold a password; empty: no mail is sent

	TrustedProxies []netip.Prefix
	MetricsFrom    []netip.Prefix
	AccountRate    float64 // requests a second; 0: any number
	AddressRate    float64
	TimeFree       time.Duration // that a job may run
	TimePro        time.Duration
	TimeEnterprise time.Duration
	StopTimeout    time.Duration
	LogLevel       string

	File string // the file of settings that was read; "": none
}

// The names of a server's settings: flag with hyphens, QCOS_SERVER_… in capitals, and member of the file as they stand.
const (
	ServerListen       = "listen"
	ServerDataDir      = "data_dir"
	ServerDatabase     = "database"
	ServerSecret       = "secret"
	ServerSecretFile   = "secret_file"
	ServerWorkers      = "workers"
	ServerMaxMemory    = "max_memory"
	ServerKeep         = "keep"
	ServerTLSCert      = "tls_cert"
	ServerTLSKey       = "tls_key"
	ServerInsecureHTTP = "insecure_http"
	ServerPublicURL    = "public_url"
	ServerSignUp       = "signup"
	ServerDefaultTier  = "default_tier"
	ServerSMTP         = "smtp"
	ServerProxies      = "trusted_proxies"
	ServerMetricsFrom  = "metrics_from"
	ServerAccountRate  = "account_rate"
	ServerAddressRate  = "address_rate"
	ServerTimeFree     = "time_free"
	ServerTimePro      = "time_pro"
	ServerTimeEnter    = "time_enterprise"
	ServerStopTimeout  = "stop_timeout"
	ServerLogLevel     = "log_level"
	ServerConfig       = "config"
)

// ServerSetting is one row of the table of a server's settings.
type ServerSetting struct {
	Name    string
	Default string // "": none
	Value   string // what stands for the value in help
	Help    string // one sentence in lower case without a full stop

	EnvOnly bool // not a flag, which other users of the machine could see, nor in the file
	NoFile  bool // says where the file is
	Bool    bool
	Hidden  bool // its value is never repeated

	parse func(text string, into *Server) error // the error continues "NAME VALUE: "
}

// Flag is the name of the setting's flag.
func (row *ServerSetting) Flag() string { return strings.ReplaceAll(row.Name, "_", "-") }

// Env is the name of the setting's environment variable.
func (row *ServerSetting) Env() string { return "QCOS_SERVER_" + strings.ToUpper(row.Name) }

func (row *ServerSetting) usage() string {
	text := row.Help + " (" + row.Env()
	if row.Default != "" {
		text += ", default " + row.Default
	}
	return text + ")"
}

// ServerTable lists the settings of a server in the order in which they are shown.
func ServerTable() []ServerSetting { return slices.Clone(serverTable) }

// ServerRow finds a setting of a server by its name; nil where there is none.
func ServerRow(name string) *ServerSetting {
	for i := range serverTable {
		if serverTable[i].Name == name {
			return &serverTable[i]
		}
	}
	return nil
}

const serverFlag = "qcos_server_setting"

// AddServerFlags gives a command the flags of a server's settings of these names, which ResolveServer then reads. An unknown name is
// a programming error and panics.
func AddServerFlags(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		row := ServerRow(name)
		if row == nil || row.EnvOnly {
			panic("config: no flag for " + name)
		}
		f := flags.VarPF(&flagValue{word: row.Value}, row.Flag(), "", row.usage())
		if row.Bool {
			f.NoOptDefVal, f.Value = "true", boolFlag{&flagValue{}}
		}
		_ = flags.SetAnnotation(row.Flag(), serverFlag, []string{name})
	}
}

// boolFlag is a flagValue whose help shows no value.
type boolFlag struct{ *flagValue }

func (boolFlag) Type() string { return "bool" }

// ResolveServer gives every setting of a server its value. Its errors are *Error.
func ResolveServer(from Sources) (*Server, error) {
	s := &Server{}
	r := serverResolver{flags: from.Flags, home: from.Home}
	for _, name := range []string{ServerDataDir, ServerConfig} { // they say where the file is
		if err := r.set(s, ServerRow(name)); err != nil {
			return nil, err
		}
	}
	if err := r.readFile(s); err != nil {
		return nil, err
	}
	for i := range serverTable {
		if row := &serverTable[i]; !row.NoFile {
			if err := r.set(s, row); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

type serverResolver struct {
	flags *pflag.FlagSet
	home  string
	file  map[string]string
	path  string
}

// set finds the strongest value and parses it.
func (r *serverResolver) set(s *Server, row *ServerSetting) error {
	text, origin := r.find(row)
	if text == "" {
		return nil
	}
	if err := row.parse(r.expand(text), s); err != nil {
		if row.Hidden {
			return fail("", "%s of %s: %v", row.Name, origin, err)
		}
		return fail("qcos help serve lists the settings", "%s %q of %s: %v", row.Name, show(text), origin, err)
	}
	return nil
}

func (r *serverResolver) find(row *ServerSetting) (text, origin string) {
	if r.flags != nil {
		if f := r.flags.Lookup(row.Flag()); f != nil && f.Changed && f.Annotations[serverFlag] != nil {
			return f.Value.String(), "--" + f.Name
		}
	}
	if text := os.Getenv(row.Env()); text != "" {
		return text, row.Env()
	}
	if text, ok := r.file[row.Name]; ok {
		return text, Tilde(r.path)
	}
	return row.Default, "the default"
}

// expand makes ~/ the home.
func (r *serverResolver) expand(text string) string {
	if rest, ok := strings.CutPrefix(text, "~/"); ok && r.home != "" {
		return filepath.Join(r.home, rest)
	}
	return text
}

// readFile reads the file that is named, or config.json in the data folder where there is one.
func (r *serverResolver) readFile(s *Server) error {
	r.path = s.File
	if r.path == "" {
		r.path = filepath.Join(s.DataDir, "config.json")
	}
	text, err := os.ReadFile(r.path)
	if errors.Is(err, fs.ErrNotExist) && s.File == "" {
		return nil
	}
	if err != nil {
		return fail("", "the settings of the server: %v", err)
	}
	var members map[string]any
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		return fail("it is one JSON object, such as {\"listen\": \"127.0.0.1:8080\"}", "%s is not valid JSON", Tilde(r.path))
	}
	s.File, r.file = r.path, map[string]string{}
	for name, v := range members {
		if err := r.member(name, v); err != nil {
			return err
		}
	}
	return nil
}

func (r *serverResolver) member(name string, v any) error {
	row := ServerRow(name)
	if row == nil {
		return fail("", "%s: unknown setting %q%s", Tilde(r.path), show(name), suggest(name, serverNames()))
	}
	if row.EnvOnly || row.NoFile {
		return fail("", "%s: %s does not belong into this file", Tilde(r.path), name)
	}
	switch v := v.(type) {
	case string:
		r.file[name] = v
	case json.Number:
		r.file[name] = v.String()
	case bool:
		r.file[name] = map[bool]string{true: "true", false: "false"}[v]
	default:
		return fail("", "%s: %s is neither a string, a number, true nor false", Tilde(r.path), name)
	}
	return nil
}

func serverNames() []string {
	var names []string
	for _, row := range serverTable {
		names = append(names, row.Name)
	}
	return names
}
