//go:build unix

package store_test

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
)

// TestServerThatIsAway kills a server and looks whether every kind of question says that it is away.
func TestServerThatIsAway(t *testing.T) {
	server, err := storetest.StartServer()
	if err != nil {
		t.Skip("NOT TESTED ON POSTGRESQL: " + err.Error())
	}
	db := storetest.Database{Kind: "postgres", Options: store.Options{URL: server, Secret: storetest.Secret()}}.Open(t)
	owner := newOwner(t, db, "a@example.com").Owner.ID
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	pidFile := filepath.Join(u.Query().Get("host"), "data", "postmaster.pid")
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil { // at once, whoever is connected
		t.Fatal(err)
	}
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) { // it removes the file when all its processes have ended
		if _, err := os.Stat(pidFile); errors.Is(err, fs.ErrNotExist) {
			break
		}
		if time.Since(began) > patience {
			t.Fatal("the server does not end")
		}
	}
	for range 3 { // the first finds a connection that breaks, the last none
		for name, ask := range map[string]func() error{
			"ping":  func() error { return db.Ping(t.Context()) },
			"job":   func() error { _, err := db.Job(t.Context(), owner, "x"); return err },
			"admit": func() error { _, _, err := db.Admit(t.Context(), admission(owner, "x")); return err },
			"tier":  func() error { return db.SetTier(t.Context(), owner, account.Pro, account.Event{}) },
			"loads": func() error { _, err := db.Loads(t.Context()); return err },
		} {
			if err := ask(); !errors.Is(err, account.ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
