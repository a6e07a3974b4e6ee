package qcos

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	longestBackoff    = 30 * time.Second
	longestRetryAfter = 60 * time.Second // a server that asks for more is left alone
)

// retry decides whether a call is sent again after its attempt with this number (from 0) failed, and when.
func (c *Client) retry(cl call, err error, attempt int) (time.Duration, bool) {
	var f *failure
	if !errors.As(err, &f) || !f.retryable || attempt >= c.maxRetries || cl.once && !f.refused || f.retryAfter > longestRetryAfter {
		return 0, false
	}
	delay := c.backoff(attempt)
	if f.retryAfter >= 0 {
		// A little later than asked for, so that all who wait do not come in the same moment.
		delay = f.retryAfter + rand.N(c.retryDelay/4+1)
	}
	return delay, true
}

// backoff is the pause after an attempt: twice as long each time, anywhere in the upper half.
func (c *Client) backoff(attempt int) time.Duration {
	whole := min(c.retryDelay<<min(attempt, 20), longestBackoff)
	return whole/2 + rand.N(whole/2+1)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// unreachable words a failure of the network, and tells which ones may pass.
func (c *Client) unreachable(cl call, err error) error {
	var op *net.OpError
	dialed := !(errors.As(err, &op) && op.Op == "dial")
	detail, lasting := c.why(err)
	return &failure{err: c.connectionError(cl, detail, withoutURL(err)), retryable: !lasting, refused: !dialed, retryAfter: -1}
}

func (c *Client) connectionError(cl call, detail string, cause error) error {
	return &ConnectionError{URL: c.base, JobID: cl.jobID, Detail: detail, Err: cause}
}

// why says what happened in plain words, and whether trying again is of no use.
func (c *Client) why(err error) (detail string, lasting bool) {
	var redirect *redirectError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	switch {
	case errors.As(err, &redirect):
		return redirect.Error(), true
	case errors.As(err, &authority):
		return "its certificate is signed by an authority that is not known here; name the authority's file with ca_file (--ca-file, QCOS_CA_FILE)", true
	case errors.As(err, &host):
		return "its certificate is for another name: " + host.Error(), true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate is not valid at this machine's time; check the clock", true
	case errors.As(err, &invalid):
		return invalid.Error(), true
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "it does not speak TLS: is it http:// that is meant?", true
	case errors.As(err, &dns) && dns.IsNotFound:
		return "there is no host of this name", false
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", c.timeout), false
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "it broke off in the middle of its answer", false
	}
	return withoutURL(err).Error(), false
}

// withoutURL takes method and URL off an error of net/http: the message around it has them already.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
