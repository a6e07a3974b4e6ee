package qcos

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// The names of the settings, as the configuration file has them.
const (
	settingProfile = "profile"
	settingKey     = "api_key"
	settingURL     = "api_url"
	settingCAFile  = "ca_file"
	settingBackend = "backend"
	settingTimeout = "timeout"
	settingRetries = "max_retries"
)

// setting is a row of the table that testdata/config/resolution.json holds the command line and both SDKs against.
type setting struct {
	name, key, env, byDefault string

	numeric  bool // the file may write it as a number
	topLevel bool // not a member of a profile
	ofServer bool // a chosen profile beats the environment, and inherits nothing from outside of profiles
	withKey  bool // a `.env` gives it only together with the key in use

	parse func(text string, into *Settings) error
}

var settingTable = []*setting{
	{name: settingProfile, key: "default_profile", env: "QCOS_PROFILE", topLevel: true, parse: parseProfile},
	{name: settingKey, key: settingKey, env: "QCOS_API_KEY", ofServer: true, parse: parseKey},
	{name: settingURL, key: settingURL, env: "QCOS_API_URL", byDefault: defaultURL, ofServer: true, withKey: true, parse: func(text string, into *Settings) (err error) {
		into.APIURL, err = parseURL(text)
		return err
	}},
	{name: settingCAFile, key: settingCAFile, env: "QCOS_CA_FILE", ofServer: true, withKey: true, parse: parseFile},
	{name: settingBackend, key: settingBackend, env: "QCOS_BACKEND", byDefault: "auto", withKey: true, parse: parseBackend},
	{name: settingTimeout, key: settingTimeout, env: "QCOS_TIMEOUT", byDefault: "60", numeric: true, parse: parseTimeout},
	{name: settingRetries, key: settingRetries, env: "QCOS_MAX_RETRIES", byDefault: "3", numeric: true, parse: parseRetries},
}

func settingOf(name string) *setting {
	return settingTable[slices.IndexFunc(settingTable, func(s *setting) bool { return s.name == name })]
}

// Origin says where a value came from.
type Origin struct {
	Kind string // argument, environment, .env, profile, config file or default
	Name string // of the argument, variable or profile
	Path string // of the file
}

// String names the place, as in "environment QCOS_API_KEY".
func (o Origin) String() string {
	switch o.Kind {
	case fromArgument, fromEnvironment:
		return o.Kind + " " + o.Name
	case fromDotEnv:
		return ".env " + o.Path
	case fromProfile:
		return "profile " + o.Name + " in " + o.Path
	case fromConfigFile:
		return o.Path
	}
	return o.Kind
}

const (
	fromArgument    = "argument"
	fromEnvironment = "environment"
	fromDotEnv      = ".env"
	fromProfile     = "profile"
	fromConfigFile  = "config file"
	fromDefault     = "default"
)

// sources are where values come from besides arguments and environment.
type sources struct {
	dir, home string // "" has no `.env`, or no folder ~/.qcos
	file      string // config.json
	explicit  bool   // the file was named by the caller: it beats the environment
}

// here fills in the folders of this process.
func (s sources) here() sources {
	s.dir, _ = os.Getwd()
	if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
		s.home = home
	}
	if rest, ok := strings.CutPrefix(s.file, "~/"); ok && s.home != "" {
		s.file = filepath.Join(s.home, rest)
	}
	if s.file == "" && s.home != "" {
		s.file = filepath.Join(s.home, ".qcos", "config.json")
	}
	return s
}

// found is a value from one place.
type found struct {
	text   string
	origin Origin
}

func (f found) none() bool { return f.origin.Kind == fromDefault && f.text == "" }

type lookup func(*setting) (found, bool)

// resolver ranks the places as docs/configuration.md says: each value knows where it came from, and key and URL depend on each
// other.
type resolver struct {
	sources
	arguments map[string]string
	dotEnv    *dotEnv
	config    *configFile

	profile found
	chosen  bool // by an argument or QCOS_PROFILE, as opposed to default_profile
	apiKey  found
}

// resolve gives every setting its value. Its errors are *ConfigError.
func resolve(from sources, arguments map[string]string) (*Settings, error) {
	r := &resolver{sources: from, arguments: arguments}
	var err error
	if r.dotEnv, err = findDotEnv(from.dir, from.home); err != nil {
		return nil, err
	}
	if r.config, err = readConfig(from.file, from.explicit); err != nil {
		return nil, err
	}
	if err := r.chooseProfile(); err != nil {
		return nil, err
	}
	r.apiKey = r.first(settingOf(settingKey), r.keyOrder())
	s := &Settings{origins: map[string]Origin{}}
	for _, row := range settingTable {
		v := r.pick(row)
		if !v.none() {
			if err := row.parse(v.text, s); err != nil {
				return nil, valueError(row, v, err)
			}
		}
		s.origins[row.name] = v.origin
	}
	s.keyOrigin = r.apiKey.origin
	s.warnings = append(r.config.exposed(r.file), r.ignored()...)
	return s, nil
}

// ignored tells of values in the `.env` that do not count because the key in use is not of the same file.
func (r *resolver) ignored() []string {
	var warnings []string
	for _, row := range settingTable {
		v, ok := r.dotEnv.variable(row.env)
		if !ok || !row.withKey || r.apiKey.origin.Kind == fromDotEnv {
			continue
		}
		if winner := r.pick(row); winner.origin.Kind != fromArgument && winner.origin.Kind != fromEnvironment && winner.text != v.text {
			warnings = append(warnings, fmt.Sprintf("%s of %s does not count: it belongs to a key in the same file, and none from there is in use", row.env, v.origin))
		}
	}
	return warnings
}

func valueError(row *setting, v found, why error) error {
	if row.name == settingKey {
		return configError("", "the key of %s %v", v.origin, why)
	}
	return configError("", "%s %q of %s: %v", row.name, shownURL(cut(v.text)), v.origin, why)
}

func (r *resolver) chooseProfile() error {
	row := settingOf(settingProfile)
	order := []lookup{r.argument, r.environment, r.fromDotEnv}
	if r.explicit {
		order = []lookup{r.argument, r.top, r.environment, r.fromDotEnv}
	}
	r.profile = r.first(row, order)
	r.chosen = r.profile.origin.Kind != fromDefault
	if !r.chosen {
		r.profile = r.first(row, []lookup{r.top})
	}
	if r.profile.none() {
		return nil
	}
	if err := parseProfile(r.profile.text, &Settings{}); err != nil {
		return valueError(row, r.profile, err)
	}
	if _, ok := r.keyVariable(nil); ok || r.config.hasProfile(r.profile.text) {
		return nil
	}
	return r.unknownProfile()
}

func (r *resolver) unknownProfile() error {
	name := r.profile.text
	near := ""
	profiles := r.config.profileNames()
	if i := slices.IndexFunc(profiles, func(p string) bool { return alike(p, name) }); i >= 0 {
		near = " (did you mean " + profiles[i] + "?)"
	}
	next := ""
	if len(profiles) > 0 {
		next = "profiles: " + strings.Join(profiles, ", ")
	}
	return configError(next, "profile %q of %s: %s has no such profile%s, and %s is not set", name, r.profile.origin,
		cmp.Or(r.file, "config.json"), near, keyVariableOf(name))
}

// alike tells a slip of the keyboard: the same letters in another order, or one letter more or less.
func alike(a, b string) bool {
	sorted := func(s string) string {
		letters := []byte(strings.ToLower(s))
		slices.Sort(letters)
		return string(letters)
	}
	return sorted(a) == sorted(b) || strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

// keyVariableOf is the variable of a profile's own key: QCOS_DEV_API_KEY for dev.
func keyVariableOf(profile string) string {
	return "QCOS_" + strings.ToUpper(strings.ReplaceAll(profile, "-", "_")) + "_API_KEY"
}

func (r *resolver) pick(row *setting) found {
	switch row.name {
	case settingProfile:
		return r.profile
	case settingKey:
		return r.apiKey
	}
	v := r.first(row, r.order(row))
	if row.name == settingCAFile {
		v.text = r.locate(v)
	}
	return v
}

func (r *resolver) first(row *setting, order []lookup) found {
	for _, look := range order {
		if v, ok := look(row); ok {
			return v
		}
	}
	return found{row.byDefault, Origin{Kind: fromDefault}}
}

func (r *resolver) keyOrder() []lookup {
	switch {
	case r.explicit:
		return []lookup{r.argument, r.keyVariable, r.inProfile, r.environment, r.fromDotEnv}
	case r.chosen:
		return []lookup{r.argument, r.keyVariable, r.inProfile, r.environment, r.fromDotEnv}
	}
	return []lookup{r.argument, r.environment, r.fromDotEnv, r.keyVariable, r.inProfile}
}

// order ranks the places for a setting that is neither the profile nor the key. What belongs to a server follows the profile
// that was chosen, so that one profile's key never meets another server's URL; unless the profile has no key and a plain
// QCOS_API_KEY is used, which goes where its own source says.
func (r *resolver) order(row *setting) []lookup {
	switch {
	case row.ofServer && (r.chosen || r.explicit) && !r.plainKey():
		return []lookup{r.argument, r.inProfile, r.environment, r.fromDotEnv}
	case row.ofServer:
		return []lookup{r.argument, r.environment, r.fromDotEnv, r.inProfile}
	case r.explicit:
		return []lookup{r.argument, r.inProfile, r.top, r.environment, r.fromDotEnv}
	}
	return []lookup{r.argument, r.environment, r.fromDotEnv, r.inProfile, r.top}
}

func (r *resolver) plainKey() bool {
	o := r.apiKey.origin
	return (o.Kind == fromEnvironment || o.Kind == fromDotEnv) && o.Name == settingOf(settingKey).env
}

func (r *resolver) argument(row *setting) (found, bool) {
	text, ok := r.arguments[row.name]
	return found{text, Origin{Kind: fromArgument, Name: row.name}}, ok
}

func (r *resolver) environment(row *setting) (found, bool) { return variable(row.env) }

func variable(name string) (found, bool) {
	text := os.Getenv(name)
	return found{text, Origin{Kind: fromEnvironment, Name: name}}, text != ""
}

func (r *resolver) fromDotEnv(row *setting) (found, bool) {
	if row.withKey && r.apiKey.origin.Kind != fromDotEnv {
		return found{}, false
	}
	return r.dotEnv.variable(row.env)
}

func (r *resolver) keyVariable(*setting) (found, bool) {
	if r.profile.text == "" {
		return found{}, false
	}
	name := keyVariableOf(r.profile.text)
	if v, ok := variable(name); ok {
		return v, true
	}
	return r.dotEnv.variable(name)
}

func (r *resolver) inProfile(row *setting) (found, bool) { return r.inFile(r.profile.text, row) }

func (r *resolver) top(row *setting) (found, bool) { return r.inFile("", row) }

func (r *resolver) inFile(profile string, row *setting) (found, bool) {
	if profile != "" && row.topLevel {
		return found{}, false
	}
	text, ok := r.config.value(profile, row)
	o := Origin{Kind: fromConfigFile, Path: r.file}
	if profile != "" {
		o.Kind, o.Name = fromProfile, profile
	}
	return found{text, o}, ok
}

// locate makes a path from a file one that works in the current folder: relative paths are relative to the file that names
// them, and ~/ is the home.
func (r *resolver) locate(v found) string {
	if rest, ok := strings.CutPrefix(v.text, "~/"); ok && r.home != "" {
		return filepath.Join(r.home, rest)
	}
	if v.text == "" || v.origin.Path == "" || filepath.IsAbs(v.text) {
		return v.text
	}
	return filepath.Join(filepath.Dir(v.origin.Path), v.text)
}

var errEmpty = errors.New("is empty")

func parseProfile(text string, into *Settings) error {
	if text == "" {
		return errEmpty
	}
	const longest = 64
	for i, c := range []byte(text) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || c != '-' && c != '_') || i >= longest {
			return errors.New("a profile's name has up to 64 letters, digits, - and _, and begins with a letter or digit")
		}
	}
	into.Profile = text
	return nil
}

func parseKey(key string, into *Settings) error {
	const longest = 4096
	switch {
	case key == "":
		return errEmpty
	case len(key) > longest:
		return fmt.Errorf("is %d bytes long, more than any key", len(key))
	case key != strings.TrimSpace(key):
		return errors.New("begins or ends with a space or a line end")
	}
	for _, c := range []byte(key) {
		switch {
		case c == ' ':
			return errors.New("has a space within")
		case c < ' ' || c == 0x7f:
			return errors.New("has a control character within")
		case c > 0x7e:
			return errors.New("has a character outside of ASCII")
		}
	}
	into.APIKey = api.Secret(key)
	return nil
}

func parseURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "", errEmpty
	case err != nil:
		return "", errors.New("is no URL; one looks like " + defaultURL)
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("must begin with https:// (or http://)")
	case u.Hostname() == "":
		return "", errors.New("names no host; a URL looks like " + defaultURL)
	case u.User != nil:
		return "", errors.New("must not hold a user or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(text, "#"):
		return "", errors.New("must end with the path, without ? and #")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "", fmt.Errorf("has port %s, and ports go from 1 to 65535", port)
		}
	}
	u.Host = strings.ToLower(u.Host)
	return strings.TrimRight(u.String(), "/"), nil
}

// shownURL takes a password out of what is quoted.
func shownURL(text string) string {
	begin, at := strings.Index(text, "//"), strings.LastIndex(text, "@")
	if begin < 0 || at < begin {
		return text
	}
	return text[:begin+2] + "…" + text[at:]
}

func parseFile(text string, into *Settings) error {
	if text == "" {
		return errEmpty
	}
	into.CAFile = text
	return nil
}

func parseBackend(text string, into *Settings) error {
	if !slices.Contains([]string{"auto", "local", "remote"}, text) {
		return errors.New("must be auto, local or remote")
	}
	into.Backend = text
	return nil
}

func parseTimeout(text string, into *Settings) error {
	const longest = 24 * time.Hour
	unit, digits := time.Second, text
	if n := len(text); n > 0 {
		switch text[n-1] {
		case 's':
			digits = text[:n-1]
		case 'm':
			digits, unit = text[:n-1], time.Minute
		case 'h':
			digits, unit = text[:n-1], time.Hour
		}
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || n == 0 || time.Duration(n) > longest/unit {
		return errors.New("must be a whole number of seconds, or one with a unit as in 30s, 2m or 1h, from 1s to 24h")
	}
	into.Timeout = time.Duration(n) * unit
	return nil
}

func parseRetries(text string, into *Settings) error {
	const most = 100
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > most {
		return fmt.Errorf("must be a whole number from 0 to %d", most)
	}
	into.MaxRetries = int(n)
	return nil
}
