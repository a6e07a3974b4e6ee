package server

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// compressFrom is how large an answer must be to be worth compressing. Counts of a few outcomes are not.
const compressFrom = 4 << 10

var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return z
}}

// compressed lets large answers of JSON be compressed where the client takes gzip.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !acceptsGzip(r.Header.Values("Accept-Encoding")) || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		z := &zipWriter{ResponseWriter: w}
		next.ServeHTTP(z, r) // after a panic nothing is flushed: a broken answer stays one
		z.close()
	})
}

func acceptsGzip(values []string) bool {
	for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
		name, parameters, _ := strings.Cut(part, ";")
		q := strings.ReplaceAll(parameters, " ", "")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") && q != "q=0" && !strings.HasPrefix(q, "q=0.000") {
			return true
		}
	}
	return false
}

// zipWriter holds an answer back until it is clear whether it is large, and then compresses it. What is flushed, such as events, goes
// out as it is.
type zipWriter struct {
	http.ResponseWriter
	status int
	held   []byte
	zip    *gzip.Writer
	plain  bool
}

func (z *zipWriter) WriteHeader(status int) {
	if z.plain || z.zip != nil || status < http.StatusOK {
		z.ResponseWriter.WriteHeader(status)
		return
	}
	if z.status == 0 {
		z.status = status
	}
	if !z.compressible() {
		z.release()
	}
}

func (z *zipWriter) compressible() bool {
	h := z.Header()
	return strings.HasSuffix(h.Get("Content-Type"), "json") && h.Get("Content-Encoding") == "" && z.status != http.StatusNoContent
}

func (z *zipWriter) Write(p []byte) (int, error) {
	switch {
	case z.zip != nil:
		return z.zip.Write(p)
	case !z.plain && !z.compressible():
		z.release()
		fallthrough
	case z.plain:
		return z.ResponseWriter.Write(p)
	}
	z.held = append(z.held, p...)
	if len(z.held) < compressFrom {
		return len(p), nil
	}
	z.begin()
	held := z.held
	z.held = nil
	if _, err := z.zip.Write(held); err != nil {
		return 0, err
	}
	return len(p), nil
}

// begin starts to compress.
func (z *zipWriter) begin() {
	h := z.Header()
	h.Set("Content-Encoding", "gzip")
	h.Del("Content-Length")
	z.zip = zippers.Get().(*gzip.Writer)
	z.zip.Reset(z.ResponseWriter)
	if z.status != 0 {
		z.ResponseWriter.WriteHeader(z.status)
	}
}

// release sends what was held back as it is, and what follows too.
func (z *zipWriter) release() {
	if z.plain || z.zip != nil {
		return
	}
	z.plain = true
	if z.status != 0 {
		z.ResponseWriter.WriteHeader(z.status)
	}
	if len(z.held) > 0 {
		_, _ = z.ResponseWriter.Write(z.held) // a broken connection shows again at the next write
		z.held = nil
	}
}

func (z *zipWriter) close() {
	if z.zip == nil {
		z.release()
		return
	}
	_ = z.zip.Close()
	zippers.Put(z.zip)
}

// Flush sends everything at once, for events.
func (z *zipWriter) Flush() {
	z.release()
	if z.zip != nil {
		_ = z.zip.Flush()
	}
	_ = http.NewResponseController(z.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController find the connection.
func (z *zipWriter) Unwrap() http.ResponseWriter { return z.ResponseWriter }
