package statevec

import (
	"unsafe"

	"github.com/softquantus/qcos/internal/sim"
	"github.com/softquantus/qcos/internal/sim/statevec/kernel"
)

// budget accounts for the memory of one run. It belongs to the run's goroutine.
type budget struct {
	max, used, peak int64
}

// take books n bytes, or refuses with a *sim.LimitError. A max of 0 or less is no limit.
func (b *budget) take(n int64) error {
	if b.max > 0 && n > b.max-b.used {
		return &sim.LimitError{What: "memory", Need: b.used + n, Have: b.max}
	}
	b.used += n
	b.peak = max(b.peak, b.used)
	return nil
}

func (b *budget) give(n int64) { b.used -= n }

// onHeapBytes is the size below which amplitudes are an ordinary slice. A mapping costs system calls and page faults, which pay
// only where huge pages help and where the garbage collector would otherwise see the heap double.
const onHeapBytes = 1 << 20

// buffer is memory for amplitudes. Large ones lie outside the Go heap and must be freed.
type buffer[F kernel.Float] struct {
	x       []F
	mapping []byte // nil for a slice of the heap
	budget  *budget
}

// newBuffer returns n zeros, faulted in by several threads where they are many.
func newBuffer[F kernel.Float](b *budget, n, threads int) (buffer[F], error) {
	size := int64(n) * int64(unsafe.Sizeof(F(0)))
	if err := b.take(size); err != nil {
		return buffer[F]{}, err
	}
	if size < onHeapBytes {
		return buffer[F]{x: make([]F, n), budget: b}, nil
	}
	m, err := mapMemory(int(size))
	if err != nil {
		b.give(size)
		return buffer[F]{}, err
	}
	out := buffer[F]{x: unsafe.Slice((*F)(unsafe.Pointer(unsafe.SliceData(m))), n), mapping: m, budget: b}
	out.zero(threads)
	return out, nil
}

// zero clears the buffer. Clearing is also what faults pages in, each by the thread that comes to it first.
func (b *buffer[F]) zero(threads int) {
	const piece = 1 << 18
	parallel(threads, (len(b.x)+piece-1)/piece, func(_, i int) {
		clear(b.x[i*piece : min((i+1)*piece, len(b.x))])
	})
}

// free gives the memory back; it may be called twice.
func (b *buffer[F]) free() {
	if b.x == nil {
		return
	}
	b.budget.give(int64(len(b.x)) * int64(unsafe.Sizeof(F(0))))
	if b.mapping != nil {
		unmapMemory(b.mapping)
	}
	b.x, b.mapping = nil, nil
}
