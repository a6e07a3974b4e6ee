package web

import (
	"net/http"

	"github.com/softquantus/qcos/internal/oauth"
)

// begins are the routes by which somebody unknown begins a login, which leaves a row in the database.
var begins = map[string]bool{oauth.PathAuthorize: true, oauth.PathDeviceCode: true}

func (s *Server) limitBegins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if begins[r.URL.Path] {
			if err := s.o.Identity.Begin(r.Context(), s.o.Address(r)); err != nil {
				s.failed(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
