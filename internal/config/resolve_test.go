package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// world is a home with a config.json, a project within it with a .env, and the flags and environment of a command.
type world struct {
	sources Sources
}

// newWorld empties the environment of everything of ours and makes a home with a git work tree as the current folder.
func newWorld(t *testing.T) *world {
	t.Helper()
	clearEnvironment(t)
	home := t.TempDir()
	project := filepath.Join(home, "project")
	if err := os.MkdirAll(filepath.Join(project, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	return &world{Sources{Flags: settingFlags(), Dir: project, Home: home}}
}

func settingFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	AddFlags(flags, Names()...)
	return flags
}

func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "QCOS_") {
			t.Setenv(name, "")
		}
	}
}

func (w *world) write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(w.sources.Home, path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

type resolutionCase struct {
	Name   string
	Flags  map[string]string
	Env    map[string]string
	DotEnv []string
	Config json.RawMessage
	Want   map[string][2]any
	Error  []string

	ConfigText *string  `json:"config_text"`
	ConfigMode string   `json:"config_mode"`
	Below      string   `json:"below"`
	HomeDotEnv []string `json:"home_dotenv"`
	Warnings   []string `json:"warnings"`
}

// mode is that of config.json.
func (c *resolutionCase) mode(t *testing.T) os.FileMode {
	if c.ConfigMode == "" {
		return 0o600
	}
	if runtime.GOOS == "windows" {
		t.Skip("files have no permissions here")
	}
	mode, err := strconv.ParseUint(c.ConfigMode, 8, 16)
	if err != nil {
		t.Fatal(err)
	}
	return os.FileMode(mode)
}

// text is the content of config.json; false where there is none.
func (c *resolutionCase) text() (string, bool) {
	if c.ConfigText != nil {
		return *c.ConfigText, true
	}
	return string(c.Config), c.Config != nil
}

// TestResolutionTable holds Resolve against testdata/config/resolution.json, which the SDKs share.
func TestResolutionTable(t *testing.T) {
	text, err := os.ReadFile("../../testdata/config/resolution.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Cases []resolutionCase }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Cases) < 80 {
		t.Fatalf("the table has %d cases only", len(all.Cases))
	}
	for _, c := range all.Cases {
		t.Run(c.Name, func(t *testing.T) { c.check(t) })
	}
}

func (c *resolutionCase) check(t *testing.T) {
	w := newWorld(t)
	for name, value := range c.Env {
		t.Setenv(name, value)
	}
	if c.DotEnv != nil {
		w.write(t, "project/.env", strings.Join(c.DotEnv, "\n")+"\n", 0o600)
	}
	if text, ok := c.text(); ok {
		path := w.write(t, ".qcos/config.json", text, 0o600)
		if err := os.Chmod(path, c.mode(t)); err != nil {
			t.Fatal(err)
		}
	}
	if c.HomeDotEnv != nil {
		w.write(t, ".env", strings.Join(c.HomeDotEnv, "\n")+"\n", 0o600)
	}
	if c.Below != "" {
		w.sources.Dir = filepath.Join(w.sources.Dir, filepath.FromSlash(c.Below))
		if err := os.MkdirAll(w.sources.Dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range c.Flags {
		if err := w.sources.Flags.Set(Lookup(name).Flag, value); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Resolve(w.sources)
	if c.Error != nil {
		c.checkError(t, err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range c.Warnings {
		if !strings.Contains(strings.Join(s.Warnings, "\n"), words) {
			t.Errorf("warnings %q lack %q", s.Warnings, words)
		}
	}
	for name, want := range c.Want {
		value, origin := resolved(t, s, name)
		if fmt.Sprint(value) != fmt.Sprint(want[0]) || origin != want[1] {
			t.Errorf("%s: got %v from %s, want %v from %v", name, value, origin, want[0], want[1])
		}
	}
}

func (c *resolutionCase) checkError(t *testing.T, err error) {
	if _, ok := err.(*Error); !ok {
		t.Fatalf("got %#v, want an *Error", err)
	}
	message := err.Error() + " " + err.(*Error).Next
	for _, word := range c.Error {
		if !strings.Contains(message, word) {
			t.Errorf("error %q lacks %q", message, word)
		}
	}
	if strings.Contains(message, "\n") || strings.Contains(message, "efgh") || strings.Contains(message, "1111-1111") {
		t.Errorf("error %q has more than one line, or shows a key", message)
	}
}

// resolved is a setting's value in the table's form (nil for none, seconds) and its origin in the table's words.
func resolved(t *testing.T, s *Settings, name string) (any, string) {
	t.Helper()
	text := map[string]any{
		Profile: s.Profile, APIKey: s.APIKey.Reveal(), APIURL: s.APIURL, CAFile: s.CAFile, BackendKey: string(s.Backend),
		Timeout: int(s.Timeout / time.Second), MaxRetries: s.MaxRetries,
	}[name]
	if text == "" {
		text = nil
	}
	o := s.Origin(name)
	if o.Kind == FromFlag || o.Name == "" {
		return text, string(o.Kind)
	}
	return text, string(o.Kind) + " " + o.Name
}

// TestKeyStaysWithItsURL goes through all ways of giving a key and a URL, under each way of choosing a profile, and holds the
// result against the rule that a key goes only where it belongs.
func TestKeyStaysWithItsURL(t *testing.T) {
	clearEnvironment(t)
	for _, name := range combined {
		t.Setenv(name, "") // so that the test puts them back at its end
	}
	for _, mode := range []string{"none", "flag", "environment", ".env", "default"} {
		for bits := range 1 << (len(keyPlaces) + len(urlPlaces)) {
			g := given{mode: mode, key: bits & (1<<len(keyPlaces) - 1), url: bits >> len(keyPlaces)}
			s := g.resolve(t)
			if wrong := g.wrong(s); wrong != "" {
				t.Fatalf("%+v: %s: key from %v, URL %s from %v", g, wrong, s.Origin(APIKey), s.APIURL, s.Origin(APIURL))
			}
		}
	}
}

// combined are the variables that the combinations set.
var combined = []string{"QCOS_API_KEY", "QCOS_API_URL", "QCOS_DEV_API_KEY", "QCOS_PROFILE"}

// given says which places hold a key and which a URL; a bit is a place of keyPlaces and urlPlaces.
type given struct {
	mode     string
	key, url int
}

// The places in the order of bits. "own" is QCOS_DEV_API_KEY.
var (
	keyPlaces = []string{"flag", "env", ".env", "own env", "own .env", "profile", "top"}
	urlPlaces = []string{"flag", "env", ".env", "profile", "top"}
)

func (g given) hasKey(place string) bool { return has(g.key, keyPlaces, place) }
func (g given) hasURL(place string) bool { return has(g.url, urlPlaces, place) }

func has(bits int, places []string, place string) bool {
	for i, p := range places {
		if p == place {
			return bits>>i&1 == 1
		}
	}
	panic(place)
}

// resolve builds the resolver from memory: thousands of files would take long.
func (g given) resolve(t *testing.T) *Settings {
	t.Helper()
	flags := settingFlags()
	env := map[string]string{}
	dotEnv := &DotEnv{Path: "/p/.env", variables: map[string]string{}}
	file := &File{Path: "/h/config.json"}
	file.Set("dev", Lookup(Timeout), "7") // so that the profile is there
	put := func(have bool, place string, name, value string) {
		row := Lookup(name)
		if !have {
			return
		}
		switch place {
		case "flag":
			_ = flags.Set(row.Flag, value)
		case "env":
			env[row.Env] = value
		case ".env":
			dotEnv.variables[row.Env] = value
		case "own env":
			env["QCOS_DEV_API_KEY"] = value
		case "own .env":
			dotEnv.variables["QCOS_DEV_API_KEY"] = value
		case "profile":
			file.Set("dev", row, value)
		case "top":
			file.Set("", row, value)
		}
	}
	for i, p := range keyPlaces {
		put(g.hasKey(p), p, APIKey, fmt.Sprintf("qcos-key%d-1111-1111", i))
	}
	for i, p := range urlPlaces {
		put(g.hasURL(p), p, APIURL, fmt.Sprintf("https://%d.example", i))
	}
	put(g.mode != "none", map[string]string{"flag": "flag", "environment": "env", ".env": ".env", "default": "top"}[g.mode], Profile, "dev")
	for _, name := range combined {
		if err := os.Setenv(name, env[name]); err != nil {
			t.Fatal(err)
		}
	}
	s, err := resolveFrom(Sources{Flags: flags}, dotEnv, file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wrong names the part of the rule that s breaks, "" for none.
func (g given) wrong(s *Settings) string {
	key, url := s.Origin(APIKey), s.Origin(APIURL)
	chosen := g.mode == "flag" || g.mode == "environment" || g.mode == ".env"
	if got, want := place(key), g.wantKey(chosen); got != want {
		return "the key should come from " + want + " and comes from " + got
	}
	plain := place(key) == "env" || place(key) == ".env"
	switch {
	case g.hasURL("flag"):
		return unless(url.Kind == FromFlag, "the URL that was typed does not win")
	case url.Kind == FromDotEnv && key.Kind != FromDotEnv:
		return "the URL of .env takes a key of another place"
	case url.Kind == FromConfigFile && g.mode != "none", url.Kind == FromProfile && g.mode == "none":
		return "the URL is another profile's"
	case chosen && !plain && g.hasURL("profile"):
		return unless(url.Kind == FromProfile, "the chosen profile's URL does not win")
	case g.hasURL("env"):
		return unless(url.Kind == FromEnvironment, "QCOS_API_URL does not win")
	case key.Kind == FromDotEnv && g.hasURL(".env"):
		return unless(url.Kind == FromDotEnv, "the URL beside the key in .env does not win")
	case g.mode != "none" && g.hasURL("profile"):
		return unless(url.Kind == FromProfile, "the profile's own URL does not win")
	case g.mode == "none" && g.hasURL("top"):
		return unless(url.Kind == FromConfigFile, "the URL of config.json does not win")
	}
	return unless(url.Kind == FromDefault, "the URL should be the default")
}

func unless(ok bool, wrong string) string {
	if ok {
		return ""
	}
	return wrong
}

func (g given) wantKey(chosen bool) string {
	order := []string{"flag", "env", ".env", "top"}
	switch {
	case chosen:
		order = []string{"flag", "own env", "own .env", "profile", "env", ".env"}
	case g.mode == "default":
		order = []string{"flag", "env", ".env", "own env", "own .env", "profile"}
	}
	for _, p := range order {
		if g.hasKey(p) {
			return p
		}
	}
	return "default"
}

// place turns an origin into a word of keyPlaces.
func place(o Origin) string {
	own := ""
	if o.Name == "QCOS_DEV_API_KEY" {
		own = "own "
	}
	return map[Kind]string{
		FromFlag: "flag", FromEnvironment: own + "env", FromDotEnv: own + ".env", FromProfile: "profile", FromConfigFile: "top", FromDefault: "default",
	}[o.Kind]
}

func TestOriginsNameFilesAndLines(t *testing.T) {
	w := newWorld(t)
	dotEnv := w.write(t, "project/.env", "# first\n\nexport QCOS_TIMEOUT=5\n", 0o600)
	w.write(t, ".qcos/config.json", "{\n \"max_retries\": 4,\n \"default_profile\": \"dev\",\n \"profiles\": {\n  \"dev\": {\n   \"backend\": \"local\"\n  }\n }\n}\n", 0o600)
	if err := w.sources.Flags.Set("api-key", "qcos-abcd-efgh-ijkl"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("QCOS_API_URL", "https://x.example")
	s, err := Resolve(w.sources)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		APIKey: "flag --api-key", APIURL: "environment QCOS_API_URL", Timeout: ".env " + Tilde(realPath(dotEnv)) + " line 3",
		BackendKey: "profile dev in ~/.qcos/config.json line 6", MaxRetries: "~/.qcos/config.json line 2", CAFile: "default",
	} {
		if got := s.Origin(name).String(); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if s.DotEnv != realPath(dotEnv) {
		t.Errorf("DotEnv is %q", s.DotEnv)
	}
}

func TestIgnoredValuesOfDotEnvAreSaid(t *testing.T) {
	w := newWorld(t)
	w.write(t, "project/.env", "QCOS_API_URL=https://evil.example\nQCOS_BACKEND=auto\n", 0o600)
	s, err := Resolve(w.sources)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "QCOS_API_URL") || !strings.Contains(s.Warnings[0], "line 1") {
		t.Errorf("warnings: %q", s.Warnings)
	}
}

func TestCAFileIsBesideItsFile(t *testing.T) {
	w := newWorld(t)
	w.write(t, ".qcos/config.json", `{"ca_file":"certs/a.pem","profiles":{"dev":{"ca_file":"~/b.pem"}}}`, 0o600)
	for profile, want := range map[string]string{"": ".qcos/certs/a.pem", "dev": "b.pem"} {
		t.Setenv("QCOS_PROFILE", profile)
		s, err := Resolve(w.sources)
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(w.sources.Home, want); s.CAFile != want {
			t.Errorf("profile %q: got %q, want %q", profile, s.CAFile, want)
		}
	}
	t.Setenv("QCOS_PROFILE", "")
	t.Setenv("QCOS_CA_FILE", "here.pem")
	if s, err := Resolve(w.sources); err != nil || s.CAFile != "here.pem" {
		t.Errorf("from the environment: got %v, %v", s, err)
	}
}

// TestForeignFlag: a command's own flag that has a setting's name is not the setting.
func TestForeignFlag(t *testing.T) {
	w := newWorld(t)
	w.sources.Flags = pflag.NewFlagSet("execute", pflag.ContinueOnError)
	w.sources.Flags.Duration("timeout", 0, "of the whole run")
	if err := w.sources.Flags.Set("timeout", "10m"); err != nil {
		t.Fatal(err)
	}
	s, err := Resolve(w.sources)
	if err != nil || s.Timeout != time.Minute {
		t.Errorf("got %v, %v, want the default", s, err)
	}
}

func TestNothingToReadIsNoError(t *testing.T) {
	clearEnvironment(t)
	s, err := Resolve(Sources{})
	if err != nil || s.APIURL != defaultURL || len(s.Values()) != len(table) {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestTableIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range Table() {
		for _, word := range []string{row.Name, "--" + row.Flag, row.Env} {
			if seen[word] || len(word) < 3 {
				t.Errorf("%q is there twice, or is no word", word)
			}
			seen[word] = true
		}
		if row.Help == "" || row.Allowed == "" || row.Value == "" || row.parse == nil || row.show == nil {
			t.Errorf("%s: the row has gaps", row.Name)
		}
		s := &Settings{}
		if row.Default == "" {
			continue
		}
		if err := row.parse(row.Default, s); err != nil || row.show(s) == "" {
			t.Errorf("%s: default %q: %v", row.Name, row.Default, err)
		}
	}
}

func TestProfileNames(t *testing.T) {
	for _, name := range []string{"dev", "Dev-2", "a_b", "9", strings.Repeat("x", 64)} {
		if err := CheckProfileName(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"", "-a", "_a", "a b", "a.b", "a/b", "é", "a=b", "a\x00", "[", "@", strings.Repeat("x", 65)} {
		if CheckProfileName(name) == nil {
			t.Errorf("%q passes for the name of a profile", name)
		}
	}
	if got, want := KeyVariable("us-East_1"), "QCOS_US_EAST_1_API_KEY"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func BenchmarkResolve(b *testing.B) {
	home := b.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".qcos"), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".qcos", "config.json"), []byte(`{"profiles":{"dev":{"api_key":"qcos-aaaa-bbbb-cccc"}}}`), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Resolve(Sources{Dir: home, Home: home}); err != nil {
			b.Fatal(err)
		}
	}
}
