//go:build unix

package servetest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is a PostgreSQL server of our own, which can be restarted under the service.
type postgres struct {
	testing.TB
	bin, dir string
	port     string
	cmd      *exec.Cmd
}

// startPostgres makes a fresh server that writes through to the disk. Where the machine has none the test is skipped.
func startPostgres(tb testing.TB) *postgres {
	tb.Helper()
	bin := postgresBinaries()
	if bin == "" {
		tb.Skip("SKIPPED: NOT TESTED ON POSTGRESQL: this machine has no PostgreSQL server (install postgresql)")
	}
	dir, err := os.MkdirTemp("", "qcos-pg-")
	if err != nil {
		tb.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(freeAddress(tb))
	p := &postgres{TB: tb, bin: bin, dir: dir, port: port}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	initdb := p.command("initdb", "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
	if out, err := initdb.CombinedOutput(); err != nil {
		tb.Fatalf("initdb: %v: %s", err, out)
	}
	p.start()
	tb.Cleanup(func() { p.end(syscall.SIGQUIT) })
	return p
}

func postgresBinaries() string {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // Debian keeps them out of the path
	if path, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for _, f := range folders {
		if _, err := os.Stat(filepath.Join(f, "initdb")); err == nil {
			return f
		}
	}
	return ""
}

// command runs as somebody else where this is root, whom PostgreSQL refuses.
func (p *postgres) command(name string, args ...string) *exec.Cmd {
	p.Helper()
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return cmd
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(p.dir, uid, gid); err != nil {
			p.Fatal(err)
		}
		return cmd
	}
	p.Skip("SKIPPED: NOT TESTED ON POSTGRESQL: it does not run as root, and there is neither a user postgres nor nobody")
	return nil
}

func (p *postgres) url() string {
	return "postgres://postgres@127.0.0.1:" + p.port + "/postgres?sslmode=disable"
}

func (p *postgres) start() {
	p.Helper()
	log, err := os.OpenFile(filepath.Join(p.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		p.Fatal(err)
	}
	defer log.Close()
	p.cmd = p.command("postgres", "-D", filepath.Join(p.dir, "data"), "-k", p.dir, "-p", p.port, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300")
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		p.Fatal(err)
	}
	for end := time.Now().Add(startTime); ; time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		c, err := pgx.Connect(ctx, p.url())
		if err == nil {
			_ = c.Close(ctx)
			cancel()
			return
		}
		cancel()
		if time.Now().After(end) {
			text, _ := os.ReadFile(filepath.Join(p.dir, "log"))
			p.Fatalf("PostgreSQL did not start: %v: %s", err, text)
		}
	}
}

// end stops the server: SIGQUIT as a crash would, SIGINT in order.
func (p *postgres) end(s syscall.Signal) {
	_ = p.cmd.Process.Signal(s)
	_ = p.cmd.Wait()
}

func (p *postgres) restart(s syscall.Signal) {
	p.Helper()
	p.end(s)
	p.start()
}

// pids are the server's processes.
func (p *postgres) pids() []int {
	all := []int{p.cmd.Process.Pid}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		var state string
		var parent int
		if n, _ := fmt.Sscan(rest, &state, &parent); n == 2 && parent == p.cmd.Process.Pid {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			all = append(all, pid)
		}
	}
	return all
}
