package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

func ptr[T any](v T) *T { return &v }

var (
	created  = NewTime(time.Date(2026, 1, 15, 10, 30, 0, 0, time.UTC))
	started  = NewTime(time.Date(2026, 1, 15, 10, 30, 0, 250e6, time.UTC))
	finished = NewTime(time.Date(2026, 1, 15, 10, 30, 1, 500e6, time.UTC))
	midnight = NewTime(time.Date(2026, 1, 16, 0, 0, 0, 0, time.UTC))
)

// golden has a value of every type of the wire, named as the file in testdata that holds its JSON.
var golden = map[string]any{
	"health":          Health{Status: "healthy", Version: "1.2.3", QueueConnected: true},
	"ready":           Ready{Status: "ok"},
	"execute_minimal": ExecuteRequest{QASM: "OPENQASM 2.0;"},
	"execute_full": ExecuteRequest{
		QASM: "OPENQASM 3.0;", Shots: 2000, JobID: "nightly-7", Seed: ptr(uint64(0)), Priority: 2, Method: "statevector",
		Memory: true, Name: "bell", Tags: []string{"ci", "nightly"},
	},
	"execute_response": ExecuteResponse{JobID: "nightly-7", Status: StatusQueued, Message: "Job queued.", EstimatedTimeSeconds: 0.25},
	"job_queued": Job{
		JobID: "nightly-7", Status: StatusQueued, CreatedAt: created, QueuePosition: ptr(3),
		Plan: &Plan{Method: "statevector", EstimatedSeconds: 0.25, EstimatedBytes: 64}, Name: "bell", Tags: []string{"ci"},
	},
	"job_completed": Job{
		JobID: "nightly-7", Status: StatusCompleted, CreatedAt: created, StartedAt: &started, CompletedAt: &finished,
		Result: &Result{
			Counts: map[string]int{"00": 498, "11": 526}, NumQubits: 2, Shots: 1024, ExecutionTimeSeconds: 0.001, Backend: "qcos", Device: "cpu",
		},
	},
	"job_completed_full": Job{
		JobID: "nightly-7", Status: StatusCompleted, CreatedAt: created, StartedAt: &started, CompletedAt: &finished,
		Result: &Result{
			Counts: map[string]int{"0 1": 2}, NumQubits: 2, Shots: 2, ExecutionTimeSeconds: 0.001, Backend: "qcos", Device: "cpu",
			NumClbits: 2, Method: "statevector", Precision: "double", Kernel: "avx2", Seed: ptr(uint64(18446744073709551615)),
			PeakMemoryBytes: 64, Warnings: []string{"3:1: no measurement"}, Memory: []string{"0 1", "0 1"},
		},
	},
	"job_failed": Job{
		JobID: "nightly-7", Status: StatusFailed, CreatedAt: created, StartedAt: &started, CompletedAt: &finished,
		Error: ptr("the time limit of 60s was passed"), ErrorCode: "timeout",
	},
	"jobs": JobList{Jobs: []Job{{JobID: "b", Status: "paused", CreatedAt: finished}, {JobID: "a", Status: StatusQueued, CreatedAt: created}}, NextCursor: ptr("c2")},
	"jobs_none": JobList{
		Jobs: []Job{},
	},
	"user": UserInfo{
		User: "demo@example.com", Tier: TierPro, JobsToday: 23, DailyLimit: 100, MaxQubits: 50, MaxShots: 100000,
		Priority: PriorityNormal, ResetsAt: midnight,
	},
	"user_unlimited": UserInfo{
		User: "demo@example.com", Tier: TierEnterprise, JobsToday: 23, DailyLimit: Unlimited, MaxQubits: 100, MaxShots: 1000000,
		Priority: PriorityHigh, ResetsAt: midnight,
	},
	"keys": KeyList{Keys: []Key{
		{ID: "key_abc123", Name: "my-app-key", Prefix: "qcos-ab", Scopes: []Scope{ScopeExecute, ScopeRead}, CreatedAt: created, LastUsedAt: &finished},
	}},
	"key_create": CreateKeyRequest{Name: "ci-cd-key", Scopes: []Scope{ScopeExecute}, ExpiresAt: &midnight},
	"key_new": NewKey{
		Key: Key{ID: "key_abc123", Name: "my-app-key", Prefix: "qcos-xx", Scopes: []Scope{ScopeRead}, CreatedAt: created}, Secret: "qcos-xxxx-xxxx-xxxx",
	},
	"key_rotated": RotatedKey{
		NewKey: NewKey{
			Key: Key{ID: "key_def456", Name: "my-app-key", Prefix: "qcos-yy", Scopes: []Scope{ScopeRead}, CreatedAt: created}, Secret: "qcos-yyyy-yyyy-yyyy",
		}, OldID: "key_abc123", OldExpiresAt: midnight,
	},
	"estimate": Estimate{
		Refusal: NewProblem(CodeQuotaExceeded, DetailQubitsExceeded(25, 20), NextQuotaExceeded), NumQubits: 25, NumClbits: 25, NumOperations: 50,
		AfterSimplification: CircuitSize{Qubits: 25, Operations: 49}, Shots: 1024, Method: "statevector", Precision: "double",
		EstimatedSeconds: 0.5, EstimatedBytes: 1 << 29,
		Candidates: []Candidate{{Method: "statevector", Feasible: true, EstimatedSeconds: 0.5, EstimatedBytes: 1 << 29, Reason: "the only one that can"}},
		Warnings:   []string{}, Tier: TierFree, JobsToday: 3, DailyLimit: 10, ResetsAt: midnight,
	},
	"problem_key": *NewProblem(CodeInvalidAPIKey, DetailInvalidAPIKey, NextInvalidAPIKey),
	"problem_circuit": Problem{
		Type: TypeProblem, Title: "Bad Request", Status: 400, Detail: "3:1: unknown gate \"hh\"", Code: CodeInvalidCircuit,
		Errors: []Diagnostic{{
			Severity: "error", Code: "unknown_gate", Line: 3, Column: 1, EndLine: 3, EndColumn: 3, Message: "unknown gate \"hh\"", Hint: "did you mean `h`?",
		}},
	},
	"problem_infeasible": Problem{
		Type: TypeProblem, Title: "Unprocessable Entity", Status: 422, Detail: "40 qubits need 16 TiB, and 8 GiB may be used", Code: CodeInfeasible,
		Next: "use fewer qubits", NeedBytes: 1 << 44, HaveBytes: 1 << 33,
	},
}

func TestGolden(t *testing.T) {
	for name, value := range golden {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".json")
			text, err := indented(value)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(path, text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(text, want) {
				t.Errorf("got\n%s\nwant\n%s", text, want)
			}
			back := reflect.New(reflect.TypeOf(value))
			if err := json.Unmarshal(want, back.Interface()); err != nil {
				t.Fatal(err)
			}
			if got := back.Elem().Interface(); !reflect.DeepEqual(got, value) {
				t.Errorf("came back as\n%+v\nwant\n%+v", got, value)
			}
		})
	}
}

func TestGoldenFilesAreAllRead(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, f := range files {
		if _, ok := golden[strings.TrimSuffix(filepath.Base(f), ".json")]; !ok {
			t.Errorf("%s belongs to no value", f)
		}
	}
}

func indented(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(value)
	return b.Bytes(), err
}
