package job

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// TestMain lets the test binary play the children: its first argument says which.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		if role, ok := roles[os.Args[1]]; ok {
			role()
			return
		}
	}
	os.Exit(m.Run())
}

var roles = map[string]func(){
	"serve": func() {
		if err := ServeTask(context.Background(), os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
	},
	"eat": func() { // memory, beyond what it is allowed
		confine(1 << 30)
		var all [][]byte
		for range 20 {
			piece := make([]byte, 64<<20)
			for i := 0; i < len(piece); i += 4096 {
				piece[i] = 1
			}
			all = append(all, piece)
		}
		fmt.Println(len(all))
	},
	"crash": func() { panic("secret words") },
	"shoot": func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) },
	"hang":  func() { time.Sleep(time.Hour) }, // select {} is a deadlock to the runtime where nothing else lives
	"parent": func() { // starts a child that hangs, tells its number and hangs too
		go func() { _, _ = executeApart(context.Background(), child("announce"), Task{}) }()
		time.Sleep(time.Hour)
	},
	"announce": func() {
		_ = os.WriteFile("/tmp/qcos-child-of-"+strconv.Itoa(os.Getppid()), []byte(strconv.Itoa(os.Getpid())), 0o600)
		time.Sleep(time.Hour)
	},
}

func child(role string) func() *exec.Cmd {
	return func() *exec.Cmd { return exec.Command("/proc/self/exe", role) }
}

const ghz = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[4];\ncreg c[4];\nh q[0];\ncx q[0],q[1];\ncx q[1],q[2];\nry(0.3) q[3];\nmeasure q->c;\n"

func TestChildGivesTheSameResult(t *testing.T) {
	seed := uint64(5)
	task := Task{Source: []byte(ghz), Shots: 1000, Seed: &seed, Method: "statevector", Precision: "double", Threads: 2, MaxMemory: 1 << 30}
	here, err := Execute(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	apart, err := executeApart(t.Context(), child("serve"), task)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := counts(t, here), counts(t, apart); a != b {
		t.Errorf("here %s, in a child %s", a, b)
	}
}

func counts(t *testing.T, packed []byte) string {
	t.Helper()
	text, err := Unpack(packed)
	if err != nil {
		t.Fatal(err)
	}
	from := strings.Index(string(text), `"counts":`)
	to := strings.Index(string(text), "}")
	return string(text[from:to])
}

func TestChildTellsFailures(t *testing.T) {
	for name, test := range map[string]struct {
		task Task
		code api.Code
	}{
		"invalid":    {Task{Source: []byte("OPENQASM 2.0;\nfoo;\n"), Shots: 1}, api.CodeInvalidCircuit},
		"infeasible": {Task{Source: []byte(ghz), Shots: 1, Method: "statevector", MaxMemory: 1}, api.CodeInfeasible},
	} {
		_, err := executeApart(t.Context(), child("serve"), test.task)
		var f *Failure
		if !errors.As(err, &f) || f.Code != test.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestChildThatDies(t *testing.T) {
	for role, code := range map[string]api.Code{"eat": api.CodeOutOfMemory, "shoot": api.CodeOutOfMemory, "crash": ""} {
		_, err := executeApart(t.Context(), child(role), Task{Source: []byte(bell), Shots: 1})
		var f *Failure
		var crash *CrashError
		switch {
		case code != "" && (!errors.As(err, &f) || f.Code != code):
			t.Errorf("%s: %v", role, err)
		case code == "" && (!errors.As(err, &crash) || !strings.Contains(crash.Words, "secret words")):
			t.Errorf("%s: %v", role, err)
		}
	}
}

func TestChildIsKilledWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(100*time.Millisecond, func() { cancel(errCancelled) })
	if _, err := executeApart(ctx, child("hang"), Task{}); !errors.Is(err, errCancelled) {
		t.Errorf("ended with %v", err)
	}
}

// TestLightJobThatTakesLongMovesOut: it is begun again in a process of its own.
func TestLightJobThatTakesLongMovesOut(t *testing.T) {
	s := newSite(t)
	s.dispatch("a")
	s.work(RunnerOptions{Child: child("serve"), patience: 100 * time.Millisecond}, func(ctx context.Context, _ Task) ([]byte, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	defer s.stopAll()
	row := s.store.submit(Job{Shots: 10}, bell)
	s.wantEnd(row, api.StatusCompleted, "")
	if j := s.store.job(row); j.Attempt != 1 || j.Lost != 0 {
		t.Errorf("attempt %d, %d lost", j.Attempt, j.Lost)
	}
}

// TestChildDiesWithItsParent: a server that is killed leaves no children behind.
func TestChildDiesWithItsParent(t *testing.T) {
	parent := child("parent")()
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	path := "/tmp/qcos-child-of-" + strconv.Itoa(parent.Process.Pid)
	defer os.Remove(path)
	var pid int
	for pid == 0 {
		text, _ := os.ReadFile(path)
		pid, _ = strconv.Atoi(string(text))
		time.Sleep(10 * time.Millisecond)
		if t.Context().Err() != nil {
			t.Fatal("no child was started")
		}
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	for range 500 {
		if gone(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
	t.Errorf("the child lives on without its parent")
}

// gone reports whether a process has ended; one that nobody has asked for its end yet counts too.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
