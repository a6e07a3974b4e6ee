//go:build unix

package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const startTime = 30 * time.Second

// startedServer gives the URL of a PostgreSQL server that this process has to itself, or says why there is none. It is started at the first
// call and ends with the process, however that ends.
var startedServer = sync.OnceValues(func() (server, why string) {
	server, err := startServer(false)
	if err != nil {
		return "", err.Error()
	}
	return server, ""
})

// StartServer starts a PostgreSQL server that, unlike the one of the tests, writes everything to the disk, for measurements.
func StartServer() (url string, err error) { return startServer(true) }

// watchdog starts the server and ends it when its standard input ends, which it does when the test process is gone.
const watchdog = `"$1/initdb" -D "$2/data" -U postgres -A trust -E UTF8 --locale=C -N >"$2/log" 2>&1 || exit 1
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=300 -c fsync=$3 >>"$2/log" 2>&1 &
pid=$!
read -r _
kill -INT $pid
wait $pid
rm -rf "$2"`

func startServer(durable bool) (string, error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "qcos-pg-") // a socket has a short path
	if err != nil {
		return "", err
	}
	fsync := "off"
	if durable {
		fsync = "on"
	}
	cmd := exec.Command("/bin/sh", "-c", watchdog, "watchdog", bin, folder, fsync)
	cmd.Dir = folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the test: its end ends the server
	if err := asSomebody(cmd, folder); err != nil {
		return "", err
	}
	if _, err := cmd.StdinPipe(); err != nil { // never written to, and held open by the command
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	server := "postgres:///postgres?user=postgres&host=" + url.QueryEscape(folder)
	if err := answers(server, ended); err != nil {
		log, _ := os.ReadFile(filepath.Join(folder, "log"))
		return "", fmt.Errorf("PostgreSQL did not start: %w: %s", err, lastLine(string(log)))
	}
	return server, nil
}

// binaries finds the folder of initdb and postgres.
func binaries() (string, error) {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // Debian keeps them out of the path
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(path))
		}
	}
	for i := len(folders) - 1; i >= 0; i-- {
		_, initdb := os.Stat(filepath.Join(folders[i], "initdb"))
		_, postgres := os.Stat(filepath.Join(folders[i], "postgres"))
		if initdb == nil && postgres == nil {
			return folders[i], nil
		}
	}
	return "", fmt.Errorf("this machine has no PostgreSQL server")
}

// asSomebody has the command run as another user where this is root, whom PostgreSQL refuses.
func asSomebody(cmd *exec.Cmd, folder string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(folder, uid, gid)
	}
	return fmt.Errorf("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

// answers waits until the server takes connections.
func answers(server string, ended <-chan error) error {
	ctx, stop := context.WithTimeout(context.Background(), startTime)
	defer stop()
	for {
		c, err := pgx.Connect(ctx, server)
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case end := <-ended:
			return fmt.Errorf("it ended: %v", end)
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
