package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestPathsQuoteIDs(t *testing.T) {
	for got, want := range map[string]string{
		StatusPath("a.b-c_1"):    "/status/a.b-c_1",
		StatusPath("../user/me"): "/status/..%2Fuser%2Fme",
		ResultsPath("a?wait=60"): "/results/a%3Fwait=60",
		JobPath("a#b"):           "/jobs/a%23b",
		KeyPath("key_1"):         "/keys/key_1",
		RotateKeyPath("key_1"):   "/keys/key_1/rotate",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestValidJobID(t *testing.T) {
	for id, want := range map[string]bool{
		"": false, "a": true, "A.z_0-9": true, strings.Repeat("x", MaxJobIDLength): true, strings.Repeat("x", MaxJobIDLength+1): false,
		"a b": false, "a/b": false, "é": false, "a\n": false,
	} {
		if got := ValidJobID(id); got != want {
			t.Errorf("%q: got %t", id, got)
		}
	}
}

func TestStatus(t *testing.T) {
	for status, want := range map[Status][2]bool{ // waiting, finished
		StatusQueued: {true, false}, StatusProcessing: {true, false}, StatusRunning: {true, false},
		StatusCompleted: {false, true}, StatusFailed: {false, true}, StatusCancelled: {false, true},
		"paused": {false, false}, "": {false, false},
	} {
		if got := [2]bool{status.Waiting(), status.Finished()}; got != want {
			t.Errorf("%q: got %t, want %t", status, got, want)
		}
	}
}

func TestTimeReadsWhatOthersWrite(t *testing.T) {
	want := time.Date(2026, 1, 15, 10, 30, 0, 250e6, time.UTC)
	for _, text := range []string{
		`"2026-01-15T10:30:00.250Z"`, `"2026-01-15T10:30:00.25Z"`, `"2026-01-15T12:30:00.250+02:00"`, `"2026-01-15T10:30:00.250000"`,
	} {
		var got Time
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: got %v", text, got.Time)
		}
	}
	for _, text := range []string{`"yesterday"`, `1736937000`, `""`, `"2026-01-15"`} {
		var got Time
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s: read as %v", text, got)
		}
	}
}

func TestTimeIsWrittenInUTC(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	got, err := json.Marshal(Time{time.Date(2026, 1, 15, 1, 0, 0, 123456789, zone)})
	if err != nil || string(got) != `"2026-01-14T23:00:00.123Z"` {
		t.Errorf("got %s, %v", got, err)
	}
	if got := fmt.Sprint(NewTime(time.Date(2026, 1, 15, 1, 0, 0, 0, zone))); got != "2026-01-14T23:00:00.000Z" {
		t.Errorf("printed %s", got)
	}
}

func TestLimit(t *testing.T) {
	for limit, want := range map[Limit]string{0: "0", 100: "100", Unlimited: "unlimited"} {
		if got := fmt.Sprintf("%v %s", limit, limit); got != want+" "+want {
			t.Errorf("got %q, want %s twice", got, want)
		}
	}
	for text, want := range map[string]Limit{"null": Unlimited, "-5": Unlimited, "0": 0, "7": 7} {
		got := Limit(3)
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: got %d, %v", text, int64(got), err)
		}
	}
	var l Limit
	if err := json.Unmarshal([]byte(`"many"`), &l); err == nil {
		t.Error("a string was read as a limit")
	}
}

func TestSentencesOfTheGuide(t *testing.T) {
	for got, want := range map[string]string{
		DetailInvalidAPIKey:               "Invalid API key. Please check your credentials.",
		DetailRateLimitExceeded:           "Rate limit exceeded. Upgrade your tier or wait until tomorrow.",
		DetailQubitsExceeded(25, 20):      "Circuit exceeds your tier limits (25 qubits > 20 max).",
		DetailShotsExceeded(20000, 10000): "Circuit exceeds your tier limits (20000 shots > 10000 max).",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestProblemsHaveTheStatusOfTheirCode(t *testing.T) {
	for code, want := range map[Code]int{
		CodeInvalidCircuit: 400, CodeInvalidAPIKey: 401, CodeQuotaExceeded: 403, CodeInsufficientScope: 403, CodeNotFound: 404,
		CodeConflict: 409, CodeGone: 410, CodeTooLarge: 413, CodeInvalidRequest: 422, CodeInfeasible: 422, CodeResultTooLarge: 422,
		CodeRateLimitExceeded: 429, CodeTooManyRequests: 429, CodeUnavailable: 503, "of_tomorrow": 500,
	} {
		p := NewProblem(code, "detail", "")
		if p.Status != want || p.Title != http.StatusText(want) || p.Code != code {
			t.Errorf("%s: got %+v, want %d", code, p, want)
		}
	}
	var err error = fmt.Errorf("wrapped: %w", NewProblem(CodeGone, "it was purged", ""))
	var p *Problem
	if !errors.As(err, &p) || p.Error() != "it was purged" {
		t.Errorf("got %v", err)
	}
}

func TestDiagnosticString(t *testing.T) {
	d := Diagnostic{Line: 3, Column: 7, Message: "unknown gate"}
	if got := d.String(); got != "3:7: unknown gate" {
		t.Errorf("got %q", got)
	}
	d.File = "lib.inc"
	if got := d.String(); got != "lib.inc:3:7: unknown gate" {
		t.Errorf("got %q", got)
	}
}

func TestSecretIsPrintedCut(t *testing.T) {
	const secret = "qcos-Can4-ary5-Key6"
	key := NewKey{Key: Key{ID: "key_1"}, Secret: secret}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{key, &key, RotatedKey{NewKey: key}, key.Secret, []Secret{secret}} {
			if got := fmt.Sprintf(verb, value); strings.Contains(got, "Can4") || strings.Contains(got, fmt.Sprintf("%x", secret)) {
				t.Errorf("%s of %T: %s", verb, value, got)
			}
		}
	}
	if got := key.Secret.String(); got != "qcos-Ca…" {
		t.Errorf("got %s", got)
	}
	if got := Secret("qcos-abc").String(); got != "…" {
		t.Errorf("a short secret: got %s", got)
	}
	if got := Secret("").String(); got != "" {
		t.Errorf("no secret: got %s", got)
	}
}
