package web

import (
	"net/http"
	"time"

	"github.com/go-chi/httprate"

	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/oauth"
)

// rates bound what one address may ask that leaves a row in the database without anybody being logged in.
type rates struct{ begin *httprate.RateLimiter }

const (
	beginWindow = time.Minute
	beginMost   = 60
)

func newRates() rates {
	return rates{httprate.NewRateLimiter(beginMost, beginWindow, httprate.WithResponseHeaders(httprate.ResponseHeaders{}))}
}

// begins are the routes by which somebody unknown begins a login.
var begins = map[string]bool{oauth.PathAuthorize: true, oauth.PathDeviceCode: true, oauth.PathToken: false}

func (s *Server) limitRates(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if begins[r.URL.Path] && s.rates.begin.OnLimit(w, r, httprate.CanonicalizeIP(s.o.Address(r).String())) {
			s.failed(w, r, &identity.WaitError{For: beginWindow})
			return
		}
		next.ServeHTTP(w, r)
	})
}
