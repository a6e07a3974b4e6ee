package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
)

// Accounts is what the server asks of accounts: account.Service.
type Accounts interface {
	Authenticator
	// Info tells what a user used today and what they may.
	Info(ctx context.Context, u account.User) (account.Info, error)
}

// Options are what a server is made of. Accounts, Jobs and Ready are needed.
type Options struct {
	Accounts Accounts
	Jobs     job.Service
	Ready    func(context.Context) error // nil error: database and queue can be reached
	Gauges   Gauges                      // for /metrics; nil: without queue depths and running memory
	// Keys serves the routes on which login sessions manage keys; nil: there are none.
	Keys Keys
	// Pages answers what is not of the API and passes everything else on; nil: there is nothing else.
	Pages   func(api http.Handler) http.Handler
	Version string
	Log     *slog.Logger  // nil: nothing is logged
	Now     account.Clock // nil: time.Now

	MetricsFrom    []netip.Prefix // who may read /metrics
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and X-Request-Id count; none by default
	AccountRate    float64        // requests a second of one account; 0: any number
	AddressRate    float64        // requests a second without a valid key of one address; 0: any number
}

// Server answers the routes of the API. It is an http.Handler and safe for concurrent use.
type Server struct {
	o         Options
	log       *slog.Logger
	now       account.Clock
	api       huma.API
	metrics   *metrics
	byAccount throttle
	byAddress throttle
	large     gate
	stopping  context.Context // ends when the server stops: whoever waits is answered
	stop      context.CancelFunc
	handler   http.Handler
}

// New puts a server together.
func New(o Options) *Server {
	takeOverHuma()
	s := &Server{
		o: o, log: o.Log, now: o.Now, byAccount: newThrottle(o.AccountRate), byAddress: newThrottle(o.AddressRate),
		metrics: newMetrics(o.Gauges),
	}
	s.stopping, s.stop = context.WithCancel(context.Background())
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	m := http.NewServeMux()
	s.register(m)
	s.handler = compressed(s.route(m))
	if o.Pages != nil {
		s.handler = s.withPages(o.Pages(s.handler))
	}
	s.handler = s.observe(s.handler)
	return s
}

// pagesRoute is the name of all pages in log and metrics: their addresses may hold what only their visitor should know.
const pagesRoute = "pages"

// withPages names requests for the log before any route of the API does.
func (s *Server) withPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tripOf(r.Context()).route = pagesRoute
		next.ServeHTTP(w, r)
	})
}

// ClientAddress is the address that a request comes from, behind trusted proxies too. It may be not valid.
func (s *Server) ClientAddress(r *http.Request) netip.Addr { return s.clientAddress(r) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
