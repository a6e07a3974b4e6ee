package ast

// Arena is where a parser takes nodes from. Reset makes the memory of all nodes taken so far available again, so that reading a
// program statement by statement allocates next to nothing. Not safe for concurrent use.
type Arena struct {
	Calls     Slab[Call]
	Measures  Slab[Measure]
	Resets    Slab[Reset]
	Barriers  Slab[Barrier]
	Ifs       Slab[If]
	Ints      Slab[Int]
	Floats    Slab[Float]
	Idents    Slab[Ident]
	Indexes   Slab[Index]
	Parens    Slab[Paren]
	Unaries   Slab[Unary]
	Binaries  Slab[Binary]
	Functions Slab[Function]
	Assigns   Slab[Assign]
	Ranges    Slab[Range]

	Operands Slab[Operand]
	Exprs    Slab[Expr]
	Stmts    Slab[Stmt]
}

// Reset takes all nodes back: whoever holds one must not use it any more.
func (a *Arena) Reset() {
	a.Calls.reset()
	a.Measures.reset()
	a.Resets.reset()
	a.Barriers.reset()
	a.Ifs.reset()
	a.Ints.reset()
	a.Floats.reset()
	a.Idents.reset()
	a.Indexes.reset()
	a.Parens.reset()
	a.Unaries.reset()
	a.Binaries.reset()
	a.Functions.reset()
	a.Assigns.reset()
	a.Ranges.reset()
	a.Operands.reset()
	a.Exprs.reset()
	a.Stmts.reset()
}

// Slab hands out values of one type from blocks that double in size.
type Slab[T any] struct{ block []T }

const firstBlock = 16

// New returns a pointer to a new value, which the caller sets: it may hold an old one.
func (s *Slab[T]) New() *T {
	s.room(1)
	n := len(s.block)
	s.block = s.block[:n+1]
	return &s.block[n]
}

// More adds to a list of n values that is being made at the end of the slab and returns its new element, which the caller sets. The
// list may move; see Last.
func (s *Slab[T]) More(n int) *T {
	if len(s.block) == cap(s.block) {
		list := s.block[len(s.block)-n:]
		s.room(n + 1)
		s.block = append(s.block, list...)
	}
	return s.New()
}

// Last returns the list of the n values made last.
func (s *Slab[T]) Last(n int) []T {
	return s.block[len(s.block)-n : len(s.block) : len(s.block)]
}

// Copy returns a copy of v.
func (s *Slab[T]) Copy(v []T) []T {
	s.room(len(v))
	at := len(s.block)
	s.block = append(s.block, v...)
	return s.block[at:len(s.block):len(s.block)]
}

// room makes sure that n more values fit without moving those handed out.
func (s *Slab[T]) room(n int) {
	if cap(s.block)-len(s.block) < n {
		s.block = make([]T, 0, max(2*cap(s.block), n, firstBlock))
	}
}

func (s *Slab[T]) reset() { s.block = s.block[:0] }
