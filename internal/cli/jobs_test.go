package cli

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/apitest"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

// sendJobs submits a circuit under each of the ids.
func sendJobs(t *testing.T, s *apitest.Server, ids ...string) {
	t.Helper()
	client, err := qcos.NewClient(qcos.WithSettings(qcos.Settings{APIKey: apitest.Key, APIURL: s.URL, Timeout: time.Minute}))
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		request := qcos.Request{QASM: "x", JobID: id, Name: fmt.Sprintf("%s-%d.qasm", id, i), Tags: []string{"ci", "t" + id}}
		if _, err := client.Submit(t.Context(), request); err != nil {
			t.Fatal(err)
		}
	}
}

func TestJobsList(t *testing.T) {
	u, s := remoteUser(t)
	sendJobs(t, s, "a", "b", "c", "d", "e")
	code, out, words := u.does(t, "jobs", "list")
	lines := strings.Split(out, "\n")
	if code != exitOK || len(lines) != 7 || !regexp.MustCompile(`^ID +STATUS +PLACE +NAME +TAGS +CREATED +WAITED +RAN$`).MatchString(lines[0]) ||
		!regexp.MustCompile(`^e +completed +- +e-4\.qasm +ci,te +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +[0-9.]+ ms +-$`).MatchString(lines[1]) {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
	for args, want := range map[string]string{
		"--limit 2": "e d", "--tag tb": "b", "--name c-2.qasm": "c", "--status queued": "", "--status completed --limit 1": "e",
	} {
		_, out, words := u.does(t, append(strings.Fields("jobs list --format json"), strings.Fields(args)...)...)
		var ids []string
		for line := range strings.Lines(out) {
			var j api.Job
			if err := json.Unmarshal([]byte(line), &j); err != nil {
				t.Fatalf("%v: %s%s", err, out, words)
			}
			ids = append(ids, j.JobID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: got %q, want %q", args, got, want)
		}
	}
}

func TestJobsTable(t *testing.T) {
	at := func(s int) *api.Time { v := api.NewTime(time.Date(2026, 1, 15, 10, 30, s, 0, time.UTC)); return &v }
	place := 3
	got := string(jobsTable([]api.Job{
		{JobID: "q", Status: api.StatusQueued, CreatedAt: *at(0), QueuePosition: &place, Name: "a\tb\x1b[2J"},
		{JobID: "r", Status: api.StatusProcessing, CreatedAt: *at(0), StartedAt: at(2), Tags: []string{"x", "y"}},
		{JobID: "c", Status: "paused", CreatedAt: *at(0), StartedAt: at(2), CompletedAt: at(5)},
	}, at(10).Time))
	want := "ID  STATUS      PLACE  NAME      TAGS  CREATED              WAITED  RAN\n" +
		"q   queued      3      a b?[2J  -     2026-01-15 10:30:00  10.0 s  -\n" +
		"r   processing  -      -         x,y   2026-01-15 10:30:00  2.00 s  8.00 s\n" +
		"c   paused      -      -         -     2026-01-15 10:30:00  2.00 s  3.00 s\n"
	if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") || strings.Contains(got, "\x1b") {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

func TestJobsShow(t *testing.T) {
	u, s := remoteUser(t)
	sendJobs(t, s, "a")
	code, out, words := u.does(t, "jobs", "show", "a", "of-nobody")
	for _, want := range []string{"a\n", "  status      completed\n", "  name        a-0.qasm\n", "  tags        ci, ta\n", "  result      2 outcomes of 1,024 shots; qcos jobs wait a"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing: %s", want, out)
		}
	}
	if code != exitFailed || !strings.Contains(words, "Error: of-nobody: there is no job of-nobody\n") || !strings.Contains(words, "1 of 2 jobs failed") {
		t.Errorf("exit code %d: %s", code, words)
	}
	_, out, _ = u.does(t, "jobs", "show", "--format", "json", "a")
	var j api.Job
	if err := json.Unmarshal([]byte(out), &j); err != nil || j.Result == nil {
		t.Errorf("got %s, %v", out, err)
	}
}

func TestJobsWaitShowsWhatExecuteShows(t *testing.T) {
	u, _ := remoteUser(t)
	for _, format := range []string{"text", "json"} {
		id := "wait-" + format
		_, executed, _ := u.does(t, "execute", "--job-id", id, "--format", format, "bell.qasm")
		code, waited, words := u.does(t, "jobs", "wait", "--format", format, id)
		if code != exitOK || executed == "" || waited != executed {
			t.Errorf("exit code %d: %s, executed\n%s, waited\n%s", code, words, executed, waited)
		}
	}
}

func TestJobsWaitGivesUp(t *testing.T) {
	u, s := remoteUser(t)
	s.Delay = time.Hour
	sendJobs(t, s, "slow")
	code, _, words := u.does(t, "jobs", "wait", "--timeout", "100ms", "slow")
	if code != exitRemote || !strings.Contains(words, "job slow is not finished") || !strings.Contains(words, "qcos jobs cancel slow") {
		t.Errorf("exit code %d: %s", code, words)
	}
}

func TestJobsCancel(t *testing.T) {
	u, s := remoteUser(t)
	s.Delay = time.Hour
	sendJobs(t, s, "a", "b")
	code, out, words := u.does(t, "jobs", "cancel", "a", "b")
	if code != exitOK || out != "✓ a is cancelled\n✓ b is cancelled\n" {
		t.Errorf("exit code %d: %s%s", code, out, words)
	}
	code, _, words = u.does(t, "jobs", "wait", "a")
	if code != exitFailed || !strings.Contains(words, "job a: cancelled") {
		t.Errorf("exit code %d: %s", code, words)
	}
	for _, args := range []string{"cancel", "show", "wait", "cancel a/b"} {
		if code, _, words := u.does(t, append([]string{"jobs"}, strings.Fields(args)...)...); code != exitUsage || !strings.Contains(words, "qcos jobs list") {
			t.Errorf("%s: exit code %d: %s", args, code, words)
		}
	}
}
