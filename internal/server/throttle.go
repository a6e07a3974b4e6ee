package server

import (
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/go-chi/httprate"

	"github.com/softquantus/qcos/pkg/api"
)

// throttleWindow is the time over which rates are averaged: a burst of a window's worth passes at once.
const throttleWindow = 10 * time.Second

// throttle bounds requests of one account, and of one address those without a valid key. An address with too many failed attempts
// is told to wait instead of that its key is wrong; a valid key is let through all the same, for behind one address there may be
// many people.
type throttle struct{ limiter *httprate.RateLimiter }

// newThrottle allows so many requests a second; 0 is no limit.
func newThrottle(perSecond float64) throttle {
	if perSecond <= 0 {
		return throttle{}
	}
	limit := max(1, int(perSecond*throttleWindow.Seconds()))
	return throttle{httprate.NewRateLimiter(limit, throttleWindow, httprate.WithResponseHeaders(httprate.ResponseHeaders{}))}
}

// take counts a request of whom the key names, and gives the problem to answer where it is one too many.
func (t throttle) take(w http.ResponseWriter, r *http.Request, key string) *problem {
	if t.limiter == nil || !t.limiter.OnLimit(w, r, key) {
		return nil
	}
	return newProblem(api.CodeTooManyRequests, "too many requests in a short time", "wait for the seconds of Retry-After").retryAfter(throttleWindow)
}

func addressKey(a netip.Addr) string { return httprate.CanonicalizeIP(a.String()) }

func ownerKey(id int64) string { return strconv.FormatInt(id, 10) }
