package qcos

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// home makes a home folder with a project in a git work tree, which becomes the current folder, and an environment without
// anything of ours.
func home(t *testing.T) string {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "QCOS_") {
			t.Setenv(name, "")
		}
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "project", ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", dir)
	t.Chdir(filepath.Join(dir, "project"))
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
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

// TestResolutionTable holds this package against the table that command line and Python SDK are held against too.
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
	dir := home(t)
	for name, value := range c.Env {
		t.Setenv(name, value)
	}
	if c.DotEnv != nil {
		write(t, filepath.Join(dir, "project", ".env"), strings.Join(c.DotEnv, "\n")+"\n")
	}
	if text, ok := c.text(); ok {
		path := filepath.Join(dir, ".qcos", "config.json")
		write(t, path, text)
		if err := os.Chmod(path, c.mode(t)); err != nil {
			t.Fatal(err)
		}
	}
	if c.HomeDotEnv != nil {
		write(t, filepath.Join(dir, ".env"), strings.Join(c.HomeDotEnv, "\n")+"\n")
	}
	if c.Below != "" {
		below := filepath.Join(dir, "project", filepath.FromSlash(c.Below))
		if err := os.MkdirAll(below, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Chdir(below)
	}
	s, err := resolve(sources{}.here(), c.Flags)
	if c.Error != nil {
		c.checkError(t, err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range c.Warnings {
		if !strings.Contains(strings.Join(s.warnings, "\n"), words) {
			t.Errorf("warnings %q lack %q", s.warnings, words)
		}
	}
	for name, want := range c.Want {
		value, origin := s.inTable(name)
		if fmt.Sprint(value) != fmt.Sprint(want[0]) || origin != want[1] {
			t.Errorf("%s: got %v from %s, want %v from %v", name, value, origin, want[0], want[1])
		}
	}
}

// flagWord is a flag of the command line in the table, which is an argument here.
var flagWord = regexp.MustCompile(`^--(.+)$`)

func (c *resolutionCase) checkError(t *testing.T, err error) {
	var config *ConfigError
	if !errors.As(err, &config) {
		t.Fatalf("got %#v, want a *ConfigError", err)
	}
	message := config.Detail + " " + config.Next
	for _, word := range c.Error {
		if m := flagWord.FindStringSubmatch(word); m != nil {
			word = "argument " + strings.ReplaceAll(m[1], "-", "_")
		}
		if !strings.Contains(message, word) {
			t.Errorf("error %q lacks %q", message, word)
		}
	}
	if strings.Contains(message, "\n") || strings.Contains(message, "efgh") || strings.Contains(message, "1111-1111") {
		t.Errorf("error %q has more than one line, or shows a key", message)
	}
}

// inTable is a value in the table's form (nil for none, seconds), and its origin in the table's words.
func (s *Settings) inTable(name string) (any, string) {
	value := map[string]any{
		settingProfile: s.Profile, settingKey: string(s.APIKey), settingURL: s.APIURL, settingCAFile: s.CAFile, settingBackend: s.Backend,
		settingTimeout: int(s.Timeout / time.Second), settingRetries: s.MaxRetries,
	}[name]
	if value == "" {
		value = nil
	}
	o := s.origins[name]
	switch o.Kind {
	case fromArgument:
		return value, "flag"
	case fromConfigFile, fromDefault:
		return value, o.Kind
	}
	return value, o.Kind + " " + o.Name
}

func TestFromConfigBeatsTheEnvironment(t *testing.T) {
	dir := home(t)
	t.Setenv("QCOS_API_KEY", "qcos-envi-1111-1111")
	t.Setenv("QCOS_API_URL", "https://env.example")
	t.Setenv("QCOS_TIMEOUT", "9")
	write(t, filepath.Join(dir, "mine.json"), `{"api_key":"qcos-file-1111-1111","api_url":"https://file.example","max_retries":7}`)
	c, err := FromConfig("~/mine.json")
	if err != nil {
		t.Fatal(err)
	}
	if c.key != "qcos-file-1111-1111" || c.URL() != "https://file.example" || c.maxRetries != 7 || c.timeout != 9*time.Second {
		t.Errorf("got %s at %s, %d retries, %s", c.key, c.URL(), c.maxRetries, c.timeout)
	}
	if got := c.KeyOrigin().String(); got != filepath.Join(dir, "mine.json") {
		t.Errorf("the key is of %s", got)
	}
	c, err = FromConfig("~/mine.json", WithAPIKey("qcos-argu-1111-1111"))
	if err != nil || c.key != "qcos-argu-1111-1111" {
		t.Errorf("an argument: got %v, %v", c, err)
	}
	if _, err := FromConfig("~/absent.json"); err == nil || !strings.Contains(err.Error(), "absent.json") {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestKeyOfTheEnvironmentGoesWhereItBelongs: a file without a key does not take the environment's somewhere else.
func TestKeyOfTheEnvironmentGoesWhereItBelongs(t *testing.T) {
	dir := home(t)
	t.Setenv("QCOS_API_KEY", "qcos-envi-1111-1111")
	t.Setenv("QCOS_API_URL", "https://env.example")
	write(t, filepath.Join(dir, "mine.json"), `{"api_url":"https://file.example"}`)
	c, err := FromConfig(filepath.Join(dir, "mine.json"))
	if err != nil || c.URL() != "https://env.example" {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestDotEnvIsFoundUpTheTree(t *testing.T) {
	dir := home(t)
	write(t, filepath.Join(dir, ".env"), "QCOS_API_KEY=qcos-home-1111-1111\n") // above the work tree: not looked at
	deep := filepath.Join(dir, "project", "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	if _, err := NewClient(); err == nil {
		t.Error("a .env above the work tree counted")
	}
	write(t, filepath.Join(dir, "project", ".env"), "QCOS_API_KEY=qcos-tree-1111-1111\n")
	c, err := NewClient()
	if err != nil || c.key != "qcos-tree-1111-1111" {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestNoKeyIsAnErrorThatSaysWhatToDo(t *testing.T) {
	home(t)
	_, err := NewClient()
	var config *ConfigError
	if !errors.As(err, &config) || !strings.Contains(config.Next, "QCOS_API_KEY") {
		t.Errorf("got %v", err)
	}
}

func TestHTTPIsForThisMachine(t *testing.T) {
	home(t)
	for url, safe := range map[string]bool{
		"https://api.softquantus.com": true, "http://localhost:8080": true, "http://127.9.9.9:1": true, "http://[::1]:8080": true,
		"http://api.softquantus.com": false, "http://10.0.0.1": false, "http://localhost.evil.example": false, "http://0.0.0.0": false,
	} {
		_, err := NewClient(WithAPIKey("k"), WithAPIURL(url))
		if (err == nil) != safe {
			t.Errorf("%s: got %v", url, err)
		}
		if _, err := NewClient(WithAPIKey("k"), WithAPIURL(url), WithInsecureHTTP()); err != nil {
			t.Errorf("%s, insisted upon: got %v", url, err)
		}
	}
}

func TestPastedKeyIsNotRepeated(t *testing.T) {
	home(t)
	const key = "qcos-5ecr-5ecr-5ecr"
	for _, option := range []Option{WithProfile(key), WithAPIURL(key), WithAPIKey(key + " x"), WithCAFile("/absent/" + key)} {
		_, err := NewClient(WithAPIKey("k"), option)
		if err == nil || strings.Contains(fmt.Sprintf("%+v", err), "5ecr-5ecr") {
			t.Errorf("got %v", err)
		}
	}
}
