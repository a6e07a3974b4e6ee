package cli

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/apitest"
	"github.com/softquantus/qcos/pkg/api"
)

// expectUser is a user with the programs of testdata/expect in the current folder.
func expectUser(t *testing.T) *user {
	t.Helper()
	from, err := filepath.Abs(filepath.Join("testdata", "expect"))
	if err != nil {
		t.Fatal(err)
	}
	u := newUser(t)
	if err := os.CopyFS(filepath.Join(u.dir, "tests"), os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(u.dir, "tests"))
	return u
}

var times = regexp.MustCompile(`\d+(\.\d+)? (ms|s)\b|time="[^"]*"`)

// TestGoldenTests holds what qcos test writes against files: for what passes, fails, and cannot be judged.
func TestGoldenTests(t *testing.T) {
	golden, err := filepath.Abs(filepath.Join("testdata", "test"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args string
		code int
	}{
		{"pass", "bell.qasm backwards.qasm", exitOK},
		{"fail", "biased.qasm functions.qasm", exitFailed},
		{"sampled", "--sampled --seed 5 bell.qasm biased.qasm", exitFailed},
		{"wrong", "wrong/shape.qasm wrong/unreadable.qasm bell.qasm", exitUsage},
		{"program", "wrong/program.qasm biased.qasm", exitInvalid},
		{"folder", ".", exitInvalid},
		{"json", "--format json biased.qasm wrong/shape.qasm", exitUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := expectUser(t)
			code, out, words := u.does(t, append([]string{"test", "--jobs", "2"}, strings.Fields(c.args)...)...)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			got := times.ReplaceAllString("$ qcos test "+c.args+"\n"+out+words, "TIME")
			got = regexp.MustCompile(`"execution_time_seconds":[0-9.e-]+`).ReplaceAllString(got, `"execution_time_seconds":0`)
			got = regexp.MustCompile(`(\.\d{9})\d+`).ReplaceAllString(got, "$1") // rounding differs among processors
			if c.name == "sampled" {                                             // and so do counts
				got = regexp.MustCompile(`\d\.\d+`).ReplaceAllString(got, "0.#")
			}
			path := filepath.Join(golden, c.name+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestJUnit(t *testing.T) {
	u := expectUser(t)
	code, _, words := u.does(t, "test", "--junit", "report.xml", "bell.qasm", "biased.qasm", "wrong/shape.qasm")
	text, err := os.ReadFile("report.xml")
	if err != nil {
		t.Fatalf("exit code %d: %s: %v", code, words, err)
	}
	var report junitReport
	if err := xml.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	if report.Tests != 12 || report.Failures != 3 || report.Errors != 1 || len(report.Suites) != 3 {
		t.Errorf("got %s", text)
	}
	first := report.Suites[1].Cases[0]
	if first.Name != "distribution" || first.Class != "biased.qasm" || first.Line != 3 || first.Failure == nil || !strings.Contains(first.Failure.Text, "1 1 expected 0.500000") {
		t.Errorf("got %+v", first)
	}
}

func TestAnnotations(t *testing.T) {
	cmd := qcosProcess(t, "test", "biased.qasm", "shape.qasm")
	for name, text := range map[string]string{"biased.qasm": "biased.qasm", "biased.expect.yaml": "biased.expect.yaml", "shape.qasm": "wrong/shape.qasm"} {
		source, err := os.ReadFile(filepath.Join("testdata", "expect", text))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(cmd.Dir, name), source, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Env = append(cmd.Env, "GITHUB_ACTIONS=true")
	out, _ := cmd.CombinedOutput()
	for _, want := range []string{
		"\n::error file=biased.expect.yaml,line=3,title=biased.qasm%3A distribution::the total variation distance is ",
		"\n::error file=shape.qasm,line=4,title=shape.qasm::shape.qasm:4: outcome \"00\" does not fit",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
}

func TestUpdateWritesWhatWasSeen(t *testing.T) {
	u := expectUser(t)
	u.writes(t, "project/tests/new.qasm", "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\nh q[1];\n")
	u.writes(t, "project/tests/biased.expect.yaml", "# why\nseed: 3 # three\nexpect:\n  - allowed: [\"0 0\", \"1 1\"]\n  - distribution: {\"0 0\": 1} # old\n")
	code, out, words := u.does(t, "test", "--update", "new.qasm", "biased.qasm", "backwards.qasm")
	if code != exitOK || !strings.Contains(words, "backwards.qasm: its expectations are comments") {
		t.Fatalf("exit code %d: %s%s", code, out, words)
	}
	for name, want := range map[string]string{
		"new.expect.yaml":    "expect:\n  - distribution: {\"00\": 0.5, \"10\": 0.5}\n",
		"biased.expect.yaml": "# why\nseed: 3 # three\nexpect:\n  - allowed: [\"0 0\", \"1 1\"]\n  - distribution: {\"0 0\": 0.681178877, \"1 1\": 0.318821123} # old\n",
	} {
		if text, err := os.ReadFile(name); err != nil || string(text) != want {
			t.Errorf("%s: %v\n%s, want\n%s", name, err, text, want)
		}
	}
	if code, out, words := u.does(t, "test", "new.qasm", "biased.qasm"); code != exitOK {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
	u.does(t, "test", "--update", "--sampled", "new.qasm")
	if text, _ := os.ReadFile("new.expect.yaml"); !strings.Contains(string(text), "tolerance: 0.") {
		t.Errorf("counts were written without a tolerance: %s", text)
	}
	if code, out, words := u.does(t, "test", "new.qasm"); code != exitOK {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
}

// TestTestsAtAServer: with the backend set to remote the counts of a server are judged; a key alone does not send tests away.
func TestTestsAtAServer(t *testing.T) {
	u := expectUser(t)
	s := apitest.New(t)
	t.Setenv("QCOS_API_KEY", apitest.Key)
	t.Setenv("QCOS_API_URL", s.URL)
	if code, out, words := u.does(t, "test", "bell.qasm"); code != exitOK || len(s.Requests()) > 0 || !strings.Contains(out, "exact") {
		t.Fatalf("exit code %d after %d requests: %s%s", code, len(s.Requests()), out, words)
	}
	code, out, words := u.does(t, "test", "--backend", "remote", "--format", "json", "bell.qasm")
	var got testJSON
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("exit code %d: %v: %s%s", code, err, out, words)
	}
	if code != exitOK || got.Status != statusPassed || got.Exact || got.Shots < 10000 || got.JobID == nil || len(got.Checks) != 7 || !(got.Checks[0].Rate > 0) {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
	if jobs := s.Jobs(); len(jobs) != 2 || jobs[0].Tags[0] != "qcos-test" { // bell.qasm, and what it equals
		t.Errorf("got %+v", jobs)
	}
	s.Run = func(r api.ExecuteRequest) (*api.Result, *api.Problem) {
		result := apitest.Bell(r)
		result.Counts = map[string]int{"00": r.Shots}
		return result, nil
	}
	if code, out, words := u.does(t, "test", "--backend", "remote", "bell.qasm"); code != exitFailed || !strings.Contains(out, "FAIL  bell.qasm") {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
	s.Run = func(api.ExecuteRequest) (*api.Result, *api.Problem) {
		return nil, api.NewProblem(api.CodeRateLimitExceeded, api.DetailRateLimitExceeded, "")
	}
	if code, out, words := u.does(t, "test", "--backend", "remote", "bell.qasm"); code != exitLimit || !strings.Contains(out, api.DetailRateLimitExceeded) {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
}

// TestWhatCannotBeComputedIsSampled: more outcomes than are listed.
func TestWhatCannotBeComputedIsSampled(t *testing.T) {
	u := newUser(t)
	u.writes(t, "project/wide.qasm", "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[13];\ncreg c[13];\nh q;\nmeasure q -> c;\n//% expect marginal c[3] p1 ~= 0.5\n")
	code, out, words := u.does(t, "test", "--seed", "1", "wide.qasm")
	if code != exitOK || !strings.Contains(out, " shots  ") || !strings.Contains(out, "chance fails the run with at most 1e-06") {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
}

func TestTestsThatAreNone(t *testing.T) {
	u := newUser(t)
	u.writes(t, "project/bell.qasm", copyOf(t, "bell.qasm"))
	for args, want := range map[string]string{
		"bell.qasm": "has no expectations: write bell.expect.yaml", ".": "there is no program with expectations at .",
		"absent": "no such file: absent", "": "needs a program or a folder", "--rate 2 .": "above 0 and below 0.5",
	} {
		code, out, words := u.does(t, append([]string{"test"}, strings.Fields(args)...)...)
		if code == exitOK || !strings.Contains(out+words, want) {
			t.Errorf("%q: exit code %d: %s%s", args, code, out, words)
		}
	}
}
