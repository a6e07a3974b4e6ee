package server

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/softquantus/qcos/pkg/api"
)

// mux is net/http's with the root as a route of its own, where net/http would take it for everything else.
type mux struct{ *http.ServeMux }

func (m mux) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	if strings.HasSuffix(pattern, " /") {
		pattern += "{$}"
	}
	m.ServeMux.HandleFunc(pattern, handler)
}

// route brings both forms of a path, bare and under api.Prefix, and both with and without a slash at the end, to one, and
// answers for what is no route at all.
func (s *Server) route(m *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bare, ok := barePath(r.URL)
		if !ok {
			tripOf(r.Context()).route = ""
			problemNoRoute().write(w)
			return
		}
		r2 := r.Clone(r.Context())
		r2.URL = bare
		handler, pattern := m.Handler(r2)
		if pattern == "" {
			tripOf(r.Context()).route = ""
			noRoute(handler, w, r2)
			return
		}
		tripOf(r.Context()).route = strings.TrimSuffix(pattern, "{$}")
		m.ServeHTTP(w, r2)
	})
}

// barePath takes the prefix and a slash at the end off a URL's path. A path that is not in its shortest form is no route: net/http
// would redirect it, and a redirected POST loses its body.
func barePath(u *url.URL) (*url.URL, bool) {
	trim := func(p string) string {
		if rest, ok := strings.CutPrefix(p, api.Prefix); ok && (rest == "" || rest[0] == '/') {
			p = rest
		}
		if p = strings.TrimSuffix(p, "/"); p == "" {
			return "/"
		}
		return p
	}
	bare := *u
	bare.Path = trim(u.Path)
	if u.RawPath != "" {
		bare.RawPath = trim(u.RawPath)
	}
	escaped := bare.EscapedPath()
	return &bare, path.Clean(escaped) == escaped && path.Clean(bare.Path) == bare.Path
}

// noRoute puts the words of a problem in the place of net/http's own for 404 and 405.
func noRoute(handler http.Handler, w http.ResponseWriter, r *http.Request) {
	blind := &headerOnly{header: http.Header{}}
	handler.ServeHTTP(blind, r)
	if blind.status != http.StatusMethodNotAllowed {
		problemNoRoute().write(w)
		return
	}
	allow := blind.header.Get("Allow")
	newProblem(api.CodeMethodNotAllowed, "this route does not take this method", "it takes "+allow).with("Allow", allow).write(w)
}

// headerOnly is a ResponseWriter that keeps status and headers and nothing else.
type headerOnly struct {
	header http.Header
	status int
}

func (h *headerOnly) Header() http.Header         { return h.header }
func (h *headerOnly) WriteHeader(status int)      { h.status = status }
func (h *headerOnly) Write(p []byte) (int, error) { return len(p), nil }
