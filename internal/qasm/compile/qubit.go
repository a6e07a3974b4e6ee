package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

// register is qubits in order: a register, a slice of one, an alias, or a single qubit.
type register struct {
	scalar bool
	first  uint32 // where list is nil: the qubits first … first+n-1
	n      int
	list   []program.Qubit
	open   *openRange // how many qubits it has is known only while the program runs: at most n; see openOperand
}

func (r register) at(i int) program.Qubit {
	if r.list != nil {
		return r.list[i]
	}
	return program.Qubit{Slot: -1, First: r.first + uint32(i), Size: 1}
}

// static reports whether the numbers of all qubits are known now.
func (r register) static() bool {
	for _, q := range r.list {
		if q.Slot >= 0 {
			return false
		}
	}
	return true
}

// qubitOperand finds the qubits of an operand.
func (c *Compiler) qubitOperand(o *ast.Operand) (register, bool) {
	return c.qubits(o.Name, o.Index, o.Span())
}

func (c *Compiler) qubits(name ast.Name, brackets ast.Expr, at diag.Span) (register, bool) {
	r, ok := c.namedQubits(name)
	if !ok || brackets == nil {
		return r, ok
	}
	if i, literal := brackets.(*ast.Int); literal && r.list == nil && !r.scalar && i.Fits && i.Value < uint64(r.n) { // nearly always
		return register{scalar: true, first: r.first + uint32(i.Value), n: 1}, true
	}
	return c.linked(r, ast.Links(brackets), name, at)
}

// linked narrows a register by pairs of brackets, one behind the other.
func (c *Compiler) linked(r register, links []ast.Expr, name ast.Name, at diag.Span) (register, bool) {
	for _, link := range links {
		if r.scalar {
			if !c.ofSingle(link, "qubit", c.name(name.Symbol)) {
				return r, false
			}
			continue
		}
		if part, done, ok := c.consecutive(r, link, c.name(name.Symbol)); done {
			if !ok {
				return r, false
			}
			r = part
			continue
		}
		set, ok := c.indices(link, int64(r.n), c.name(name.Symbol))
		if !ok {
			return r, false
		}
		r = c.takeQubits(r, set, at)
	}
	return r, true
}

// consecutive takes a range without a step of a register, however long that is.
func (c *Compiler) consecutive(r register, link ast.Expr, name string) (part register, done, ok bool) {
	rng, isRange := link.(*ast.Range)
	if !isRange || rng.Step != nil || r.list != nil {
		return r, false, false
	}
	if _, dynamic := c.dynamicPart(rng); dynamic {
		return r, false, false
	}
	start, _, size, ok := c.rangeOf(rng, int64(r.n), name)
	switch {
	case !ok:
		return r, true, false
	case size.v == 0:
		return r, false, false // reported where sets are
	}
	return register{first: r.first + uint32(start.v), n: int(size.v)}, true, true
}

func (c *Compiler) namedQubits(name ast.Name) (register, bool) {
	if number, physical := c.hardware(name.Symbol); physical {
		return c.physical(number, name)
	}
	sym := c.find(name, "a qubit")
	switch {
	case sym == nil:
		return register{}, false
	case sym.meaning == qubits:
		return sym.q, true
	}
	hint := ""
	if c.open != nil && c.open.qubits == 0 && sym.meaning == gateParam {
		if !c.mayDefine {
			return register{}, false
		}
		c.mayDefine = false // said once, and no more of the gate
		hint = "qubits stand behind the parentheses: `gate g(a) q { … }`, `gate g q, r { … }`"
	} else if sym.meaning == gateName {
		hint = "operands are qubits; parameters stand in parentheses"
	}
	c.rep.Error(name.Span(), "not_a_qubit", hint, "%s is %s, a qubit is needed here", c.name(name.Symbol), sym.kind())
	c.declaredAt(sym)
	return register{}, false
}

// hardware is the number of a physical qubit, and whether the name is one.
func (c *Compiler) hardware(s token.Symbol) (uint32, bool) {
	if s <= token.While || int(s) < len(c.table) && c.table[s] != nil {
		return 0, false
	}
	return c.names.Hardware(s)
}

// takeQubits narrows a register to some of its qubits.
func (c *Compiler) takeQubits(r register, set indexSet, at diag.Span) register {
	t := register{scalar: set.scalar, n: len(set.list)}
	if set.static() && r.list == nil {
		if first, ok := run(set); ok {
			t.first = r.first + uint32(first)
			return t
		}
	}
	t.list = make([]program.Qubit, 0, t.n)
	for _, i := range set.list {
		if i.static() {
			t.list = append(t.list, r.at(int(i.v)))
		} else {
			t.list = append(t.list, c.dynamicQubit(r, i.slot, at))
		}
	}
	return t
}

// run reports whether a set is consecutive indices, and the first.
func run(s indexSet) (int64, bool) {
	for k, i := range s.list {
		if i.v != s.list[0].v+int64(k) {
			return 0, false
		}
	}
	return s.list[0].v, len(s.list) > 0
}

// dynamicQubit is the qubit of a register whose index, checked, is in a slot.
func (c *Compiler) dynamicQubit(r register, i int32, at diag.Span) program.Qubit {
	c.at = at.Start
	s := c.temp(1)
	if r.list == nil {
		if r.first > 1<<30 {
			c.emit(program.AddI, 64, s, i, c.number(int64(r.first)))
		} else {
			c.emit(program.AddImmI, 64, s, i, int32(r.first))
		}
		return program.Qubit{Slot: s, First: r.first, Size: uint32(r.n)}
	}
	table := c.temp(r.n)
	for k := range r.n {
		c.move(table+int32(k), c.qubitNumber(r.at(k)), 1)
	}
	c.emit(program.LoadAt, r.n, s, table, i)
	return program.Qubit{Slot: s}
}

// qubitNumber is a slot with the number of a qubit.
func (c *Compiler) qubitNumber(q program.Qubit) int32 {
	if q.Slot >= 0 {
		return q.Slot
	}
	s := c.temp(1)
	c.setQubit(s, q.First)
	return s
}

// aliasQubits finds the qubits of an expression: a name with indices, or several joined.
func (c *Compiler) aliasQubits(e ast.Expr) (register, bool) {
	switch e := e.(type) {
	case *ast.Paren:
		return c.aliasQubits(e.Inner)
	case *ast.Concat:
		return c.joinQubits(e)
	case *ast.Index:
		r, ok := c.aliasQubits(e.Base)
		if !ok {
			return r, false
		}
		if r.scalar {
			return r, c.ofSingle(e.Index, "qubit", "this")
		}
		set, ok := c.indices(e.Index, int64(r.n), "the register")
		if !ok {
			return r, false
		}
		return c.takeQubits(r, set, e.Span()), true
	case *ast.Ident:
		return c.namedQubits(ast.Name{At: e.At, Symbol: e.Symbol})
	}
	c.rep.Error(e.Span(), "wrong_type", "", "a quantum register or a part of one is needed here")
	return register{}, false
}

func (c *Compiler) joinQubits(e *ast.Concat) (register, bool) {
	whole := register{list: []program.Qubit{}}
	seen := map[uint32]bool{}
	for _, part := range e.Parts {
		r, ok := c.aliasQubits(part)
		if !ok {
			return r, false
		}
		if whole.n+r.n > maxIndices {
			c.rep.Error(part.Span(), "too_large", "", "a joined register can have at most %d elements", maxIndices)
			return whole, false
		}
		for i := range r.n {
			q := r.at(i)
			if q.Slot < 0 && seen[q.First] {
				c.rep.Error(part.Span(), "duplicate_qubit", "", "a register cannot be joined with a part of itself")
				return whole, false
			}
			seen[q.First] = true
			whole.list = append(whole.list, q)
		}
		whole.n += r.n
	}
	return whole, true
}

// rootName is the name that an alias's value begins with.
func rootName(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.Index:
			e = x.Base
		case *ast.Paren:
			e = x.Inner
		case *ast.Concat:
			e = x.Parts[0]
		default:
			return nil
		}
	}
}

// alias is `let name = value;`.
func (c *Compiler) alias(s *ast.Alias) {
	sym, ok := c.aliasOf(s)
	if !c.mayDeclare(s.Name) || !ok {
		c.declareBroken(s.Name)
		return
	}
	sym.name, sym.at = s.Name.Symbol, s.Name.Span()
	c.declare(sym)
}

func (c *Compiler) aliasOf(s *ast.Alias) (*symbol, bool) {
	root := rootName(s.Value)
	if root == nil {
		c.rep.Error(s.Value.Span(), "wrong_type", "a new value is declared with its type, such as `int x = 1;`", "an alias is a new name for a register or a part of one")
		return nil, false
	}
	if _, physical := c.hardware(root.Symbol); physical {
		c.rep.Deviation(root.Span(), "physical_alias", "", "physical qubits are not declared, and have no other names")
		r, ok := c.aliasQubits(s.Value)
		return &symbol{meaning: qubits, q: r}, ok
	}
	sym := c.find(ast.Name{At: root.At, Symbol: root.Symbol}, "a register")
	switch {
	case sym == nil:
		return nil, false
	case sym.meaning == qubits:
		r, ok := c.aliasQubits(s.Value)
		if !ok {
			return nil, false
		}
		return &symbol{meaning: qubits, q: c.keptQubits(r)}, true
	case sym.meaning == array:
		return c.aliasArray(s)
	case sym.meaning == bits, sym.meaning == variable && (sym.typ.Kind == value.Bits || sym.typ.Kind == value.Bit):
		l, ok := c.aliasBits(s.Value)
		return &symbol{meaning: bits, bits: l}, ok
	}
	c.rep.Error(s.Value.Span(), "wrong_type", "", "an alias is a new name for a register or a part of one, and %s is neither", c.name(root.Symbol))
	return nil, false
}

// keptQubits moves numbers of qubits that are computed into slots that live as long as the scope does.
func (c *Compiler) keptQubits(r register) register {
	if r.static() {
		return r
	}
	t := register{scalar: r.scalar, n: r.n, list: make([]program.Qubit, r.n)}
	first := c.keep(r.n)
	for i, q := range r.list {
		if q.Slot >= 0 {
			c.move(first+int32(i), q.Slot, 1)
			q.Slot = first + int32(i)
		}
		t.list[i] = q
	}
	return t
}

func (c *Compiler) aliasArray(s *ast.Alias) (*symbol, bool) {
	if _, joined := s.Value.(*ast.Concat); joined {
		c.rep.Error(s.Value.Span(), "wrong_type", "declare an array and give it the value", "joined arrays are a new array, which has no other name")
		return nil, false
	}
	o := c.expr(s.Value)
	if o.bad {
		return nil, false
	}
	if o.arr == nil {
		c.rep.Error(s.Value.Span(), "wrong_type", "", "an alias of an array is an array, not an element")
		return nil, false
	}
	c.rep.Deviation(s.Value.Span(), "array_alias", "", "aliases are for registers; this one names a part of an array")
	v := *o.arr
	v.name = c.name(s.Name.Symbol)
	if _, static := v.sizes(); !static || !v.offset.static() {
		c.rep.Error(s.Value.Span(), "not_constant", "", "the indices of an alias of an array must be known before the program runs")
		return nil, false
	}
	return &symbol{meaning: array, arr: &v}, true
}

// aliasBits finds the classical bits of an expression.
func (c *Compiler) aliasBits(e ast.Expr) (bitList, bool) {
	switch e := e.(type) {
	case *ast.Paren:
		return c.aliasBits(e.Inner)
	case *ast.Concat:
		return c.joinBits(e)
	case *ast.Index:
		l, ok := c.aliasBits(e.Base)
		if !ok {
			return l, false
		}
		if l.scalar {
			return l, c.ofSingle(e.Index, "bit", "this")
		}
		set, ok := c.indices(e.Index, int64(l.n), "the register")
		if ok && !set.static() {
			c.rep.Error(e.Index.Span(), "not_constant", "keep the index in a variable and write c[i], or copy the bits", "the indices of an alias of classical bits must be known before the program runs")
			ok = false
		}
		if !ok {
			return l, false
		}
		return l.take(set), true
	case *ast.Ident:
		sym := c.find(ast.Name{At: e.At, Symbol: e.Symbol}, "a register")
		switch {
		case sym == nil:
			return bitList{}, false
		case sym.meaning == bits:
			return sym.bits, true
		case sym.meaning == variable && sym.typ.Kind == value.Bits:
			return wholeBits(sym.slot, sym.typ.Width), true
		case sym.meaning == variable && sym.typ.Kind == value.Bit:
			return bitList{runs: []bitRun{{sym.slot, 0, 1}}, n: 1, scalar: true}, true
		}
	}
	c.rep.Error(e.Span(), "wrong_type", "qubits and classical bits cannot be joined", "a register of classical bits or a part of one is needed here")
	return bitList{}, false
}

func (c *Compiler) joinBits(e *ast.Concat) (bitList, bool) {
	var whole bitList
	seen := map[bitRun]bool{}
	for _, part := range e.Parts {
		l, ok := c.aliasBits(part)
		if !ok {
			return l, false
		}
		for i := range l.n {
			slot, bit := l.at(int64(i))
			if seen[bitRun{slot, bit, 1}] {
				c.rep.Error(part.Span(), "duplicate_bit", "", "a register cannot be joined with a part of itself")
				return whole, false
			}
			seen[bitRun{slot, bit, 1}] = true
			whole.add(slot, bit)
		}
	}
	return whole, true
}
