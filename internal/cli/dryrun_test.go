package cli

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/softquantus/qcos/pkg/api"
)

func TestDryRunHere(t *testing.T) {
	u := newUser(t)
	u.writes(t, "project/bell.qasm", copyOf(t, "bell.qasm"))
	u.writes(t, "project/wide.qasm", "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[60];\ncreg c[60];\nry(0.1) q[0];\nfoo q;\n")
	code, out, words := u.does(t, "execute", "--dry-run", "bell.qasm")
	if code != exitOK || !regexp.MustCompile(`^bell\.qasm  would run · 2 qubits · 1,024 shots · \w+ · about `).MatchString(out) || !strings.HasPrefix(words, "running on this machine") {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
	code, out, words = u.does(t, "execute", "--dry-run", "--format", "json", "bell.qasm", "wide.qasm")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var first, second verdictJSON
	if len(lines) != 2 || json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[1]), &second) != nil {
		t.Fatalf("got %s%s", out, words)
	}
	if code != exitInvalid || !first.Accepted || first.Tier != nil || first.Bytes == nil || second.Accepted || second.Error == nil || len(second.Error.Errors) == 0 {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestDryRunAtAServer(t *testing.T) {
	u, s := remoteUser(t)
	code, out, words := u.does(t, "execute", "--dry-run", "--shots", "2000", "bell.qasm")
	if want := "bell.qasm  would be accepted (tier pro) · 2 qubits · 2,000 shots · statevector · about 1.0 ms · 64 bytes · jobs left today: 77 of 100\n"; code != exitOK || out != want {
		t.Errorf("exit code %d: %s%s, want %s", code, out, words, want)
	}
	s.User.DailyLimit = api.Unlimited
	if _, out, _ := u.does(t, "execute", "--dry-run", "bell.qasm"); !strings.Contains(out, "jobs left today: unlimited") {
		t.Errorf("got %s", out)
	}
	s.Run = func(api.ExecuteRequest) (*api.Result, *api.Problem) {
		return nil, api.NewProblem(api.CodeQuotaExceeded, api.DetailQubitsExceeded(60, 50), "")
	}
	code, out, words = u.does(t, "execute", "--dry-run", "bell.qasm")
	if code != exitLimit || out != "" || !strings.Contains(words, "Error: Circuit exceeds your tier limits (60 qubits > 50 max).\n       Reduce circuit size or upgrade your tier.\n") {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
	if jobs := s.Jobs(); len(jobs) > 0 {
		t.Errorf("%d jobs were sent", len(jobs))
	}
}
