// Package daemon puts the parts of a service together and runs them until it is told to stop: the database, the workers, the
// dispatcher, and the HTTP server. It knows no terminal and no environment; what it is to do stands in Options.
package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/machine"
	"github.com/softquantus/qcos/internal/oauth"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/internal/server"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/web"
)

// Options say what a process of a service does.
type Options struct {
	DataDir  string // of a SQLite database; "" with Database
	Database string // URL of a PostgreSQL database
	Secret   account.Secret

	Workers    int   // jobs at once; 0: none are run here; below 0: one a core
	MaxMemory  int64 // bytes of running jobs together; 0: most of the machine's
	TimeLimits map[account.Tier]time.Duration
	Keep       time.Duration // of finished jobs; 0: for ever

	Listen                      string // where requests are taken
	TLSCert, TLSKey             string // files
	TrustedProxies, MetricsFrom []netip.Prefix
	AccountRate, AddressRate    float64

	PublicURL   string                // where people reach the server, without a slash at the end; "": what a request says
	SignUp      identity.SignUpPolicy // who may make an account
	DefaultTier account.Tier          // of an account that somebody makes
	Mailer      identity.Mailer       // nil: no mail is sent

	Patience time.Duration // how long jobs and requests may go on at the end
	Version  string
	Log      *slog.Logger
	Child    func() *exec.Cmd // runs a heavy job in a process of its own; nil: in this one
	Clock    account.Clock    // nil: time.Now; for tests in one process
}

// Open opens the database that the options name.
func Open(ctx context.Context, o Options, serve bool) (*store.DB, error) {
	s := store.Options{Secret: o.Secret, Clock: o.Clock, Log: o.Log}
	if o.Database != "" {
		s.URL = o.Database
	} else {
		s.DataDir, s.Serve = o.DataDir, serve
	}
	return store.Open(ctx, s)
}

// Started is what a server tells once it takes requests.
type Started struct {
	URL           string // http://127.0.0.1:8080
	SecretCreated bool   // the server's secret was made at this start
	Users         int
}

// Serve runs a server until ctx ends, and tells started when it is ready.
func Serve(ctx context.Context, o Options, started func(Started)) error {
	l, scheme, err := listen(ctx, o)
	if err != nil {
		return err
	}
	defer l.Close() //nolint:errcheck // closed at the end of Serve already
	db, err := Open(ctx, o, true)
	if err != nil {
		return err
	}
	defer db.Close()
	accounts := account.NewService(db, db.Secret(), o.Clock)
	users, err := accounts.Users(ctx)
	if err != nil {
		return err
	}
	front := job.NewFront(job.FrontOptions{
		Store: db, Notices: db, Accounts: accounts, Clock: o.Clock, Log: o.Log, TimeLimits: o.TimeLimits, Keep: o.Keep,
	})
	people := identity.NewService(identity.Options{
		Store: db, SignUp: o.SignUp, DefaultTier: o.DefaultTier, Mailer: o.Mailer, PublicURL: o.PublicURL, Clock: o.Clock, Log: o.Log,
	})
	var api *server.Server
	pages, err := web.New(web.Options{
		Accounts: accounts, Identity: people, Jobs: front, Secret: db.Secret(), PublicURL: o.PublicURL, Secure: o.secure(), Version: o.Version, Log: o.Log,
		Address: func(r *http.Request) netip.Addr { return api.ClientAddress(r) },
	})
	if err != nil {
		return err
	}
	api = server.New(server.Options{
		Accounts: oauth.Accounts{Service: accounts, Logins: pages.OAuth()}, Keys: accounts, Pages: pages.Over, Jobs: front, Ready: db.Ping, Gauges: db, Version: o.Version, Log: o.Log, Now: o.Clock,
		TrustedProxies: o.TrustedProxies, MetricsFrom: o.MetricsFrom, AccountRate: o.AccountRate, AddressRate: o.AddressRate,
	})
	// The parts end one after the other: first no more requests are taken, then no more jobs begun, then the rest.
	p := newParts(ctx)
	defer context.AfterFunc(p.ctx, pages.Stop)()
	p.behind(front.Run)
	p.behind(func(ctx context.Context) error { return clean(ctx, people, o.Log) })
	holder, err := p.dispatch(db, o)
	if err != nil {
		return p.end(err)
	}
	if err := p.work(db, o, holder); err != nil {
		return p.end(err)
	}
	started(Started{URL: scheme + "://" + l.Addr().String(), SecretCreated: db.SecretCreated(), Users: len(users)})
	return p.end(api.Serve(p.ctx, l, o.Patience))
}

// secure reports that browsers reach the server by TLS.
func (o Options) secure() bool {
	return o.TLSCert != "" || strings.HasPrefix(o.PublicURL, "https://")
}

const cleanEvery = time.Hour

// clean deletes sessions, links and tokens that expired long ago, now and then.
func clean(ctx context.Context, people *identity.Service, log *slog.Logger) error {
	for tick := time.NewTicker(cleanEvery); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := people.Clean(ctx); err != nil && ctx.Err() == nil {
				log.Warn("expired sessions could not be deleted", "error", err)
			}
		}
	}
}

// Work runs jobs of a PostgreSQL database until ctx ends, and tells started when it is ready.
func Work(ctx context.Context, o Options, started func()) error {
	db, err := Open(ctx, o, false)
	if err != nil {
		return err
	}
	defer db.Close()
	p := newParts(ctx)
	if err := p.work(db, o, ""); err != nil {
		return p.end(err)
	}
	started()
	<-p.ctx.Done()
	return p.end(nil)
}

// parts run beside each other. ctx ends when the process is to stop or one of them fails; those behind end after those before.
type parts struct {
	ctx      context.Context
	group    *errgroup.Group
	rear     *errgroup.Group
	rearCtx  context.Context
	stopRear context.CancelFunc
	stop     context.CancelFunc
}

func newParts(ctx context.Context) *parts {
	p := &parts{}
	p.rearCtx, p.stopRear = context.WithCancel(context.WithoutCancel(ctx))
	p.rear = &errgroup.Group{}
	ctx, p.stop = context.WithCancel(ctx)
	p.group, p.ctx = errgroup.WithContext(ctx)
	return p
}

// behind runs a part that the others need until they have ended.
func (p *parts) behind(run func(context.Context) error) {
	p.rear.Go(func() error {
		err := run(p.rearCtx)
		if err != nil && p.rearCtx.Err() == nil {
			p.stop()
			return err
		}
		return nil
	})
}

// dispatch begins to release jobs. The holder is the name of this process among those of the service.
func (p *parts) dispatch(db *store.DB, o Options) (holder string, err error) {
	holder = "serve" // a folder has one server at a time
	if o.Database != "" {
		host, err := os.Hostname()
		if err != nil {
			return "", err
		}
		holder = fmt.Sprintf("%s/%d/%d", host, os.Getpid(), time.Now().UnixNano())
	}
	p.behind(job.NewDispatcher(db, db, holder, o.Log).Run)
	return holder, nil
}

// work begins to run jobs here, where any are to be run here.
func (p *parts) work(db *store.DB, o Options, holder string) error {
	if o.Workers == 0 {
		return nil
	}
	slots, memory := o.Workers, o.MaxMemory
	if slots < 0 {
		slots = machine.Threads()
	}
	if memory == 0 {
		memory = run.DefaultMaxMemory()
	}
	r, err := job.NewRunner(job.RunnerOptions{
		Store: db, Queue: db.Queue(), Notices: db, Log: o.Log, Slots: slots, MaxMemory: memory, Version: o.Version,
		Sole: holder != "" && o.Database == "", Child: o.Child, Grace: o.Patience,
	})
	if err != nil {
		return err
	}
	if err := r.Register(p.ctx); err != nil { // before it is said that requests are taken
		return err
	}
	p.group.Go(func() error { return r.Run(p.ctx) })
	return nil
}

// end stops all parts in order and gives the first error.
func (p *parts) end(err error) error {
	p.stop()
	errs := []error{err, p.group.Wait()}
	p.stopRear()
	errs = append(errs, p.rear.Wait())
	for _, e := range errs {
		if e != nil && !errors.Is(e, context.Canceled) {
			return e
		}
	}
	return nil
}

// listen opens the address where requests are taken, before anything else is begun: an address in use is the commonest mistake.
func listen(ctx context.Context, o Options) (net.Listener, string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return nil, "", fmt.Errorf("requests cannot be taken at %s: %w", o.Listen, err)
	}
	if o.TLSCert == "" {
		return l, "http", nil
	}
	pair, err := tls.LoadX509KeyPair(o.TLSCert, o.TLSKey)
	if err != nil {
		_ = l.Close()
		return nil, "", fmt.Errorf("the certificate: %w", err)
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}), "https", nil
}
