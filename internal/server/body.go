package server

import (
	"compress/gzip"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

const (
	maxBody      = 16 << 20        // bytes of a request's body, after decompression
	bodyPatience = 2 * time.Minute // for all of it: 140 kB a second for the largest
	largeBody    = 1 << 20         // from here on bodies are counted together
	maxLarge     = 256 << 20       // bytes of large bodies at once, of everybody
	maxLargeEach = 64 << 20        // of one account
)

// bodyError is an error while the body is read, with the problem to answer.
type bodyError struct{ *problem }

// bodyProblem finds the problem in what huma got while it read the body.
func bodyProblem(errs []error) *problem {
	for _, err := range errs {
		var known *bodyError
		var network net.Error
		switch {
		case errors.As(err, &known):
			return known.problem
		case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
			return invalid("the body of the request broke off", "send it again")
		}
	}
	return nil
}

// takeBody prepares the body of a request: refused by its stated size before any of it is read, decompressed on the fly, and never
// longer than maxBody whatever it was compressed from.
func takeBody(r *http.Request) *problem {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if r.ContentLength > maxBody {
		return problemTooLarge()
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if kind = strings.TrimSpace(strings.ToLower(kind)); kind != "" && kind != "application/json" && r.ContentLength != 0 {
		return problemMediaType()
	}
	switch strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))) {
	case "", "identity":
		r.Body = &limited{r.Body, r.Body, maxBody}
	case "gzip":
		r.Body = &limited{&unzip{from: r.Body}, r.Body, maxBody}
	default:
		return problemMediaType()
	}
	return nil
}

// limited reads at most left bytes and then fails.
type limited struct {
	io.Reader
	io.Closer
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.Reader.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, &bodyError{problemTooLarge()}
	}
	return n, err
}

// unzip decompresses from the first byte that is asked for, not before: nothing is read of a request that is refused unread.
type unzip struct {
	from io.Reader
	zip  *gzip.Reader
}

func (u *unzip) Read(p []byte) (int, error) {
	if u.zip == nil {
		zip, err := gzip.NewReader(u.from)
		if err != nil {
			return 0, badGzip(err)
		}
		u.zip = zip
	}
	n, err := u.zip.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = badGzip(err)
	}
	return n, err
}

func badGzip(err error) error {
	var network net.Error
	if errors.As(err, &network) {
		return err
	}
	return &bodyError{invalid("the body of the request is not valid gzip, or broke off", "send it again, or without Content-Encoding")}
}

// gate bounds the memory of large bodies: a reading and checking of one takes several times its size.
type gate struct {
	mu    sync.Mutex
	total int64
	each  map[int64]int64 // by owner
}

// enter lets a body of so many bytes in, and leave must be called once it is done with; or it gives the problem to answer. Sizes
// are what the client says: who says nothing is taken to send the most.
func (g *gate) enter(owner, size int64) (leave func(), p *problem) {
	if size < 0 {
		size = maxBody
	}
	if size < largeBody {
		return func() {}, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.total+size > maxLarge {
		return nil, problemUnavailable("the server is reading too many large circuits at once")
	}
	if g.each[owner]+size > maxLargeEach {
		return nil, newProblem(api.CodeTooManyRequests, "too many large circuits are on their way at once", "send them one after the other").retryAfter(shortly)
	}
	if g.each == nil {
		g.each = map[int64]int64{}
	}
	g.total += size
	g.each[owner] += size
	return func() { g.leave(owner, size) }, nil
}

func (g *gate) leave(owner, size int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total -= size
	if g.each[owner] -= size; g.each[owner] == 0 {
		delete(g.each, owner)
	}
}
