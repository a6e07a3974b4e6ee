package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/config"
)

// secretKey is what no output may hold; its parts after the first two characters are looked for.
const secretKey = "qcos-CaNaRy-5ecr-3t99"

// user is a person with an empty home, in a folder within it, who runs commands.
type user struct {
	home, dir string
	typed     string // on standard input
	atDesk    bool   // standard input is a terminal
}

func newUser(t testing.TB) *user {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "QCOS_") {
			t.Setenv(name, "")
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	dir := filepath.Join(home, "project")
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	return &user{home: home, dir: dir}
}

// does runs a command and returns its exit code and what it wrote.
func (u *user) does(t testing.TB, args ...string) (code int, out, words string) {
	t.Helper()
	var o, e bytes.Buffer
	a := &App{
		In: strings.NewReader(u.typed), Out: &o, Err: &e, InTerminal: u.atDesk,
		Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}
	code = a.run(context.Background(), args)
	return code, o.String(), e.String()
}

// offline sends what goes to the API where nobody answers, once.
func (u *user) offline(t *testing.T) {
	t.Helper()
	t.Setenv("QCOS_API_URL", "http://127.0.0.1:1")
	t.Setenv("QCOS_MAX_RETRIES", "0")
}

func (u *user) writes(t testing.TB, path, text string) {
	t.Helper()
	path = filepath.Join(u.home, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (u *user) configFile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(u.home, ".qcos", "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		t.Fatal(err)
	}
	return compact.String()
}

func TestConfigureStores(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		typed  string
		atDesk bool
		want   string // of config.json
		out    string
	}{
		{"asked for", nil, secretKey + "\r\n", true, `{"api_key":"` + secretKey + `"}`, "API key qcos-Ca… stored in ~/.qcos/config.json\n"},
		{"without a line end", []string{"--api-key", "-"}, secretKey, false, `{"api_key":"` + secretKey + `"}`, "qcos-Ca…"},
		{"by flag", []string{"--api-key", secretKey}, "", false, `{"api_key":"` + secretKey + `"}`, "qcos-Ca…"},
		{"any other form of key", []string{"--api-key=-"}, "a+b/c=\n", false, `{"api_key":"a+b/c="}`, "API key …"},
		{"in a profile", []string{"--profile", "dev"}, secretKey + "\n", true, `{"profiles":{"dev":{"api_key":"` + secretKey + `"}}}`, "config.json, profile dev"},
		{"other values alone", []string{"--timeout", "2m", "--max-retries", "5"}, "", false, `{"timeout":"2m","max_retries":5}`, "timeout 2m stored"},
		{"other values, and Enter", []string{"--api-url", "http://localhost:8080"}, "\n", true, `{"api_url":"http://localhost:8080"}`, "api_url"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := newUser(t)
			u.typed, u.atDesk = c.typed, c.atDesk
			code, out, words := u.does(t, append([]string{"configure"}, c.args...)...)
			if code != 0 || !strings.Contains(out, c.out) {
				t.Fatalf("exit code %d\n%s%s", code, out, words)
			}
			if got := u.configFile(t); got != c.want {
				t.Errorf("config.json is %s, want %s", got, c.want)
			}
		})
	}
}

func TestConfigureRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		typed  string
		atDesk bool
		want   string
	}{
		{"nobody to ask", nil, secretKey, false, "there is no terminal"},
		{"nothing typed", nil, "\n", true, "no API key was typed"},
		{"nothing on standard input", []string{"--api-key", "-"}, "", false, "the key is empty"},
		{"a key with a space", nil, "qcos CaNaRy\n", true, "the key has a space within"},
		{"a key with a control character", nil, "CaN\x1b[2JaRy\n", true, "control character"},
		{"a wrong value", []string{"--timeout", "soon", "--api-key", secretKey}, "", false, `timeout "soon"`},
		{"an unfit profile", []string{"--profile", "a/b", "--api-key", secretKey}, "", false, `profile "a/b"`},
		{"an empty profile", []string{"--profile", "", "--api-key", secretKey}, "", false, `profile ""`},
		{"an unknown word", []string{"lits"}, "", false, "did you mean qcos configure list?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := newUser(t)
			u.typed, u.atDesk = c.typed, c.atDesk
			code, out, words := u.does(t, append([]string{"configure"}, c.args...)...)
			if code != exitUsage || !strings.Contains(words, c.want) || strings.Contains(out+words, "aRy") {
				t.Errorf("exit code %d, want %d and %q\n%s%s", code, exitUsage, c.want, out, words)
			}
			if _, err := os.Stat(filepath.Join(u.home, ".qcos")); err == nil {
				t.Error("something was stored")
			}
		})
	}
}

func TestEnterKeepsTheKey(t *testing.T) {
	u := newUser(t)
	u.writes(t, ".qcos/config.json", `{"api_key":"`+secretKey+`"}`)
	u.typed, u.atDesk = "\n", true
	code, out, words := u.does(t, "configure")
	if code != 0 || out != "nothing was changed\n" || words != "API key [qcos-Ca…]: \n" {
		t.Errorf("exit code %d, %q, %q", code, out, words)
	}
}

func TestBrokenConfigIsNotOverwritten(t *testing.T) {
	const text = "{\n  \"api_key\": \"" + secretKey + "\",\n  oops\n}\n"
	for _, args := range [][]string{
		{"configure", "--api-key", "qcos-abcd-efgh-ijkl"},
		{"configure", "set", "timeout", "5"},
		{"configure", "unset", "timeout"},
		{"configure", "list"},
		{"configure", "get", "timeout"},
	} {
		u := newUser(t)
		u.writes(t, ".qcos/config.json", text)
		code, out, words := u.does(t, args...)
		if code != exitUsage || !strings.Contains(words, "~/.qcos/config.json line 3, column 3:") || strings.Contains(out+words, "NaRy") {
			t.Errorf("%v: exit code %d\n%s%s", args, code, out, words)
		}
		if after, _ := os.ReadFile(filepath.Join(u.home, ".qcos", "config.json")); string(after) != text {
			t.Errorf("%v: the file was changed", args)
		}
	}
}

func TestSetGetUnset(t *testing.T) {
	u := newUser(t)
	for _, step := range []struct {
		args string
		code int
		want string // in the output
	}{
		{"set timeout 2m", 0, "timeout 2m stored in ~/.qcos/config.json"},
		{"get timeout", 0, "120s\n"},
		{"set max-retries 7 --profile dev", 0, "profile dev"},
		{"get max_retries --profile dev", 0, "7\n"},
		{"get max_retries", 0, "3\n"},
		{"get ca_file", 0, "\n"},
		{"set profile dve", exitUsage, "no profile"},
		{"set profile dev", 0, "profile dev stored"},
		{"get profile", 0, "dev\n"},
		{"get default_profile", 0, "dev\n"},
		{"set profile dev --profile dev", exitUsage, "cannot be kept in a profile"},
		{"set timeout", exitUsage, "needs a value"},
		{"set timeout 5 6", exitUsage, "2 arguments at most"},
		{"set", exitUsage, "needs the name"},
		{"set backend cloud", exitUsage, "auto, local or remote"},
		{"get colour", exitUsage, `unknown setting "colour"`},
		{"get tiemout --profile dev", exitUsage, "did you mean timeout?"},
		{"unset timeout", 0, "timeout taken out of"},
		{"unset timeout", 0, "timeout was not in"},
		{"unset profile", 0, "profile taken out of"},
		{"unset max_retries --profile dev", 0, "profile dev"},
		{"get max_retries --profile dev", exitUsage, "no such profile"},
	} {
		code, out, words := u.does(t, append([]string{"configure"}, strings.Fields(step.args)...)...)
		if code != step.code || !strings.Contains(out+words, step.want) {
			t.Errorf("%s: exit code %d, want %d and %q\n%s%s", step.args, code, step.code, step.want, out, words)
		}
	}
	if got := u.configFile(t); got != "{}" {
		t.Errorf("left in config.json: %s", got)
	}
}

func TestSetKeyAsksAndWarns(t *testing.T) {
	u := newUser(t)
	u.typed, u.atDesk = secretKey+"\n", true
	t.Setenv("QCOS_API_KEY", "qcos-othr-othr-othr")
	code, out, words := u.does(t, "configure", "set", "api_key")
	if code != 0 || !strings.Contains(out, "qcos-Ca…") || !strings.Contains(words, "warning: the key of environment QCOS_API_KEY is stronger") {
		t.Errorf("exit code %d\n%s%s", code, out, words)
	}
}

func TestListText(t *testing.T) {
	u := newUser(t)
	u.writes(t, ".qcos/config.json", `{"default_profile":"dev","profiles":{"dev":{"api_key":"`+secretKey+`"},"Prod":{}}}`)
	t.Setenv("QCOS_TIMEOUT", "5")
	code, out, words := u.does(t, "configure", "list")
	want := `SETTING      VALUE                        FROM
profile      dev                          ~/.qcos/config.json line 1
api_key      qcos-Ca…                     profile dev in ~/.qcos/config.json line 1
api_url      https://api.softquantus.com  default
ca_file      -                            default
backend      auto                         default
timeout      5s                           environment QCOS_TIMEOUT
max_retries  3                            default

Profiles of ~/.qcos/config.json: dev, Prod
`
	if code != 0 || out != want || words != "" {
		t.Errorf("exit code %d\n%s%s, want\n%s", code, out, words, want)
	}
}

func TestListJSON(t *testing.T) {
	u := newUser(t)
	u.writes(t, "project/.env", "QCOS_API_KEY="+secretKey+"\nQCOS_PROFILE=\n")
	code, out, _ := u.does(t, "configure", "list", "--format", "json")
	var list listedSettings
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	if len(list.Settings) != len(config.Table()) || list.Profiles == nil || list.Warnings == nil {
		t.Fatalf("a part is missing: %s", out)
	}
	key := list.Settings[1]
	if key.Name != "api_key" || key.Value == nil || *key.Value != "qcos-Ca…" || key.Origin.Kind != config.FromDotEnv || key.Origin.Line != 1 {
		t.Errorf("the key is %+v", key)
	}
	if profile := list.Settings[0]; profile.Value != nil || profile.Origin.Kind != config.FromDefault {
		t.Errorf("the profile is %+v", profile)
	}
}

func TestDotEnvThatGitWouldPublish(t *testing.T) {
	for _, c := range []struct {
		dotEnv, ignore string
		warned         bool
	}{
		{"QCOS_API_KEY=x", "", true},
		{"QCOS_DEV_API_KEY=x", "", true},
		{"QCOS_API_KEY=x", ".env\n", false},
		{"QCOS_TIMEOUT=5", "", false},
	} {
		u := newUser(t)
		u.writes(t, "project/.env", c.dotEnv+"\n")
		u.writes(t, "project/.gitignore", c.ignore)
		code, _, words := u.does(t, "configure", "--timeout", "5")
		if warned := strings.Contains(words, "git does not ignore it"); code != 0 || warned != c.warned || strings.Count(words, "\n") > 1 {
			t.Errorf("%+v: exit code %d, %q", c, code, words)
		}
	}
}

func TestConfigurePath(t *testing.T) {
	u := newUser(t)
	code, out, _ := u.does(t, "configure", "path")
	if want := filepath.Join(u.home, ".qcos", "config.json") + "\n"; code != 0 || out != want {
		t.Errorf("exit code %d, %q, want %q", code, out, want)
	}
	t.Setenv("HOME", "")
	t.Setenv("USERPROFILE", "")
	if code, _, words := u.does(t, "configure", "path"); code != exitUsage || !strings.Contains(words, "no home folder") {
		t.Errorf("without a home: exit code %d, %q", code, words)
	}
}

// TestNoKeyIsShown gives a key to each of these commands in every place where one may stand, and some where none should, and
// looks for it in all that they write.
func TestNoKeyIsShown(t *testing.T) {
	places := map[string]func(u *user){
		"environment":        func(*user) { t.Setenv("QCOS_API_KEY", secretKey) },
		"profile variable":   func(*user) { t.Setenv("QCOS_PROFILE", "dev"); t.Setenv("QCOS_DEV_API_KEY", secretKey) },
		".env":               func(u *user) { u.writes(t, "project/.env", "QCOS_API_KEY="+secretKey+"\n") },
		"broken .env":        func(u *user) { u.writes(t, "project/.env", "QCOS_API_KEY=\""+secretKey+"\n") },
		"bare .env":          func(u *user) { u.writes(t, "project/.env", secretKey+"\n") },
		"config.json":        func(u *user) { u.writes(t, ".qcos/config.json", `{"api_key":"`+secretKey+`"}`) },
		"broken config.json": func(u *user) { u.writes(t, ".qcos/config.json", `{"api_key":"`+secretKey+`" "`+secretKey+`"}`) },
		"bare config.json":   func(u *user) { u.writes(t, ".qcos/config.json", secretKey) },
		"a timeout":          func(*user) { t.Setenv("QCOS_TIMEOUT", secretKey) },
		"a URL":              func(*user) { t.Setenv("QCOS_API_URL", "https://user:"+secretKey+"@x.example") },
		"a backend":          func(u *user) { u.writes(t, ".qcos/config.json", `{"backend":"`+secretKey+`"}`) },
		"a profile":          func(*user) { t.Setenv("QCOS_PROFILE", secretKey) },
		"a profile's name":   func(u *user) { u.writes(t, ".qcos/config.json", `{"profiles":{"`+secretKey+`":{}}}`) },
		"a CA file":          func(*user) { t.Setenv("QCOS_CA_FILE", secretKey) },
		"an unfit key":       func(*user) { t.Setenv("QCOS_API_KEY", secretKey+" "+secretKey) },
	}
	commands := []string{
		"configure list", "configure list --format json", "configure get api_key", "configure get timeout", "configure path", "doctor",
		"doctor --format json", "configure", "configure set timeout KEY", "configure set KEY KEY", "configure get KEY", "configure KEY",
		"configure unset KEY", "configure unset api_key", "configure set api_key KEY", "configure --api-key KEY", "configure --api-key - --profile dev",
		"configure --timeout KEY", "configure --backend KEY", "configure list --format KEY", "configure --KEY", "configure list KEY",
		"configure --profile KEY!", "configure set ca_file KEY", "doctor --profile KEY", "doctor --api-url https://KEY", "doctor KEY",
	}
	for place, put := range places {
		for _, command := range commands {
			u := newUser(t)
			put(u)
			u.typed, u.atDesk = secretKey+"\n", strings.HasSuffix(command, "configure")
			args := strings.Fields(strings.ReplaceAll(command, "KEY", secretKey))
			for _, debug := range [][]string{nil, {"--debug"}} {
				_, out, words := u.does(t, append(args, debug...)...)
				if shown := strings.ToLower(out + words); strings.Contains(shown, "nary") || strings.Contains(shown, "5ecr") {
					t.Errorf("%s, with the key in %s:\n%s%s", command, place, out, words)
				}
			}
			for _, name := range []string{"QCOS_API_KEY", "QCOS_PROFILE", "QCOS_DEV_API_KEY", "QCOS_TIMEOUT", "QCOS_API_URL", "QCOS_CA_FILE"} {
				_ = os.Setenv(name, "")
			}
		}
	}
}

// TestExamplesOfConfigure: the help of each command shows two examples.
func TestExamplesOfConfigure(t *testing.T) {
	for _, command := range []string{"configure", "configure list", "configure get", "configure set", "configure unset", "configure path", "doctor"} {
		u := newUser(t)
		code, out, _ := u.does(t, append(strings.Fields(command), "--help")...)
		if n := strings.Count(out, "\n  qcos "+command) + strings.Count(out, "\n  ls -l"); code != 0 || n < 2 {
			t.Errorf("%s: %d examples, exit code %d\n%s", command, n, code, out)
		}
	}
}

func ExampleApp_warn() {
	a := &App{Err: os.Stdout}
	a.warn("the key " + secretKey + "\nis old")
	// Output: warning: the key qcos-Ca… is old
}
