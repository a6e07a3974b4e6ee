package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// clientAddress is the address that a request comes from. Where the connection's other end is a trusted proxy, it is what the
// proxies say: the last address of X-Forwarded-For that is none of theirs. Without trusted proxies the header means nothing,
// for everybody can send it.
func (s *Server) clientAddress(r *http.Request) netip.Addr {
	address := connected(r)
	if !s.trusted(address) {
		return address
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop
		if !s.trusted(hop) {
			break
		}
	}
	return address.Unmap().WithZone("")
}

// connected is the address of the connection's other end. It is not valid where there is none, as on a Unix socket.
func connected(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a, _ := netip.ParseAddr(host)
	return a.Unmap().WithZone("")
}

func (s *Server) trusted(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range s.o.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

type contextKey int

const (
	tripKey contextKey = iota
	callerKey
)

// trip is what is known of one request on its way: middleware inside fills in what middleware outside logs.
type trip struct {
	id      string
	address netip.Addr
	route   string // "METHOD /path/{pattern}"; "" where there is no such route
	owner   int64  // 0: nobody yet
	key     string // the id of the key
	job     string // the id of the job, once it was found
	err     error  // behind an answer of 5xx
}

func tripOf(ctx context.Context) *trip {
	if t, ok := ctx.Value(tripKey).(*trip); ok {
		return t
	}
	return &trip{}
}
