package job

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Circuits and results are kept packed: a byte that says how, then the data. What is short is kept as it is, for packing would make
// it longer and take more time than the rest of its job.
const (
	packedPlain = 0
	packedGzip  = 1

	shortestPacked = 1 << 10
)

var gzipWriters = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return w
}}

// Pack gives data as it is kept.
func Pack(data []byte) []byte {
	if len(data) < shortestPacked {
		return append([]byte{packedPlain}, data...)
	}
	out := bytes.NewBuffer(make([]byte, 0, len(data)/4))
	out.WriteByte(packedGzip)
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	w.Reset(out)
	_, _ = w.Write(data) // a buffer takes all
	_ = w.Close()
	return out.Bytes()
}

// Unpack gives back what was packed.
func Unpack(packed []byte) ([]byte, error) {
	var out bytes.Buffer
	if _, err := Packed(packed).WriteTo(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Packed writes what was packed without taking all of it into memory. It may be written more than once.
type Packed []byte

// WriteTo is io.WriterTo's.
func (p Packed) WriteTo(w io.Writer) (int64, error) {
	if len(p) == 0 {
		return 0, errors.New("internal error: packed data is empty")
	}
	switch p[0] {
	case packedPlain:
		n, err := w.Write(p[1:])
		return int64(n), err
	case packedGzip:
		r, err := gzip.NewReader(bytes.NewReader(p[1:]))
		if err != nil {
			return 0, fmt.Errorf("internal error: packed data is damaged: %w", err)
		}
		return io.Copy(w, r)
	}
	return 0, fmt.Errorf("internal error: data is packed in the unknown way %d: a newer qcos wrote it", p[0])
}
