package servetest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// startTime is how long a process may take until it is ready.
const startTime = 60 * time.Second

var built struct {
	once sync.Once
	path string
	err  error
}

// binary builds qcos, once for all tests.
func binary(tb testing.TB) string {
	tb.Helper()
	built.once.Do(func() {
		dir, err := os.MkdirTemp("", "qcos-servetest-")
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "qcos")
		cmd := exec.Command("go", "build", "-o", built.path, "github.com/softquantus/qcos/cmd/qcos")
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if built.err != nil {
		tb.Fatal(built.err)
	}
	return built.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.path != "" {
		_ = os.RemoveAll(filepath.Dir(built.path))
	}
	os.Exit(code)
}

// process is a qcos that runs until the test ends.
type process struct {
	testing.TB
	args []string
	home string
	cmd  *exec.Cmd
	log  *lines
	done chan struct{}
}

// lines keeps what a process wrote and wakes who waits for a line.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// launch starts qcos and waits until its standard output says that it is ready; what it then said after the words is returned.
func launch(tb testing.TB, ready string, args ...string) (*process, string) {
	tb.Helper()
	p := &process{TB: tb, args: args, home: tb.TempDir(), log: &lines{}}
	said := p.start(ready)
	tb.Cleanup(func() {
		p.kill()
		if tb.Failed() {
			text := p.log.String()
			tb.Logf("qcos %s wrote: …%s", strings.Join(args, " "), text[max(0, len(text)-4000):])
		}
	})
	return p, said
}

func (p *process) start(ready string) string {
	p.Helper()
	p.cmd = exec.Command(binary(p), p.args...)
	p.cmd.Env = append(cleanEnvironment(), "HOME="+p.home)
	p.cmd.Dir = p.home
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.Fatal(err)
	}
	said := make(chan string, 1)
	done := make(chan struct{})
	p.done = done
	go func() {
		defer close(done)
		for in := bufio.NewScanner(out); in.Scan(); {
			fmt.Fprintln(p.log, in.Text())
			if _, rest, ok := strings.Cut(in.Text(), ready); ok {
				select {
				case said <- strings.TrimSpace(rest):
				default:
				}
			}
		}
		_ = p.cmd.Wait()
	}()
	select {
	case s := <-said:
		return s
	case <-done:
		p.Fatalf("qcos %s ended: %v: %s", strings.Join(p.args, " "), p.cmd.ProcessState, p.log)
	case <-time.After(startTime):
		p.kill()
		p.Fatalf("qcos %s was not ready after %v: %s", strings.Join(p.args, " "), startTime, p.log)
	}
	return ""
}

// kill ends the process at once, as a loss of power would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop ends the process in order.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	<-p.done
}

// cleanEnvironment is ours without what would change what qcos does.
func cleanEnvironment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "QCOS_") && !strings.HasPrefix(v, "HOME=") {
			env = append(env, v)
		}
	}
	return env
}

// ask runs qcos to its end and gives its standard output.
func ask(tb testing.TB, args ...string) []byte {
	tb.Helper()
	cmd := exec.Command(binary(tb), args...)
	cmd.Env = append(cleanEnvironment(), "HOME="+tb.TempDir())
	var out, words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &words
	if err := cmd.Run(); err != nil {
		tb.Fatalf("qcos %s: %v: %s", strings.Join(args, " "), err, words.String())
	}
	return out.Bytes()
}

// account makes a user with a key and gives the key. Where says which server, as flags.
func account(tb testing.TB, email, tier string, where ...string) string {
	tb.Helper()
	ask(tb, append([]string{"admin", "user", "create", email, "--tier", tier}, where...)...)
	var made struct{ Key string }
	text := ask(tb, append([]string{"admin", "key", "create", email, "--name", "test", "--format", "json"}, where...)...)
	if err := json.Unmarshal(text, &made); err != nil || made.Key == "" {
		tb.Fatalf("no key came: %v: %s", err, text)
	}
	return made.Key
}

// freeAddress is an address of the loopback interface that nobody uses now.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
