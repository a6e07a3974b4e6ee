package qcos

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

const (
	dialTimeout    = 15 * time.Second
	idleTimeout    = 90 * time.Second
	idlePerHost    = 128 // connections that are kept for the next request
	maxCAFile      = 1 << 20
	maxRedirects   = 5
	maxHeaderBytes = 1 << 18
)

// newHTTPClient makes the HTTP client: the proxy of the environment, the system's authorities and those of a file, and redirects
// that stay where they are.
func newHTTPClient(caFile string) (*http.Client, error) {
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    dialTimeout,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           idlePerHost,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	if caFile != "" {
		pool, err := authorities(caFile)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	return &http.Client{Transport: transport, CheckRedirect: checkRedirect}, nil
}

func authorities(path string) (*x509.CertPool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, configError("", "ca_file %q cannot be read: %v", path, plain(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCAFile))
	if err != nil {
		return nil, configError("", "ca_file %q cannot be read: %v", path, plain(err))
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, configError("give a PEM file with lines BEGIN CERTIFICATE", "ca_file %q holds no certificate", path)
	}
	return pool, nil
}

// redirectError is a redirect that is not followed.
type redirectError struct{ to, why string }

func (e *redirectError) Error() string {
	return fmt.Sprintf("the server redirects to %s, %s: the key is not sent there", e.to, e.why)
}

// checkRedirect follows a redirect only where the key would go to the very same place, and where the request stays what it is: a
// POST that turns into a GET has lost its circuit.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	to := next.URL.Scheme + "://" + next.URL.Host
	switch {
	case next.URL.Scheme != first.URL.Scheme || next.URL.Host != first.URL.Host:
		return &redirectError{to, "which is another host"}
	case next.Method != first.Method:
		return &redirectError{to + next.URL.Path, "and makes a " + next.Method + " of a " + first.Method}
	case len(via) > maxRedirects:
		return &redirectError{to, "again and again"}
	}
	return nil
}

// checkTransport refuses to send a key in the clear: http is for this machine, elsewhere only where the user insists.
func checkTransport(base string, insecureHTTP bool) error {
	u, err := url.Parse(base)
	if err != nil {
		return configError("", "api_url %q is no URL", base)
	}
	if u.Scheme == "https" || insecureHTTP || isLoopback(u.Hostname()) {
		return nil
	}
	return configError("use https://", "api_url %q would send the key in the clear to %s", base, u.Hostname())
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// plain takes operation and path off a file error: the message around it names the file already.
func plain(err error) error {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
