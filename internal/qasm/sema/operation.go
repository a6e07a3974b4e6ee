package sema

import (
	"fmt"

	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// maxBits bounds the qubits, and the classical bits, of a program: they are numbered in 32 bits, and the last number means none.
const maxBits = 1<<32 - 2

func (c *Checker) checkRegister(s *ast.Register) {
	size, ok := s.Size.(*ast.Int)
	total, what := &c.qubits, "qubits"
	if !s.Quantum {
		total, what = &c.clbits, "classical bits"
	}
	if !ok || !size.Fits || size.Value > maxBits-*total {
		c.rep.Error(s.Size.Span(), "register_too_large", "", "the program has too many %s: at most %d are allowed", what, uint64(maxBits))
		return
	}
	if old := c.register(s.Name.Symbol); old != nil {
		c.rep.Error(s.Name.Span(), "duplicate_definition", "choose another name", "a register %s is already declared", c.name(s.Name.Symbol))
		c.declaredAt(old)
		return
	}
	if c.gate(s.Name.Symbol) != nil {
		c.sharedName(s.Name, "register", "gate")
	}
	r := &Register{Symbol: s.Name.Symbol, Quantum: s.Quantum, First: uint32(*total), Size: int(size.Value), At: s.Name.Span()}
	*slot(&c.registers, s.Name.Symbol, c.names.Len()) = r
	if len(c.awaited) > 0 {
		c.comesLate(r.Symbol, r.At)
	}
	*total += size.Value
	if s.Quantum {
		c.sink.Qreg(c.names.Text(r.Symbol), r.Size)
	} else {
		c.sink.Creg(c.names.Text(r.Symbol), r.Size)
	}
}

func (c *Checker) checkCall(s *ast.Call) {
	g := c.gate(s.Name.Symbol)
	if g == nil {
		if g = c.resolve(s.Name); g == nil {
			c.notApplied(s)
			return
		}
	}
	call := &c.call
	call.Gate, call.If, call.At = g, c.when, s.Name.Span()
	call.Params = call.Params[:0]
	good := c.arity(s, g)
	for _, e := range s.Params {
		v, ok := c.constant(e)
		good = good && ok
		call.Params = append(call.Params, v)
	}
	var ok bool
	if call.Args, ok = c.operands(s.Operands, call.Args[:0], true); !ok || !good {
		return
	}
	call.Times = 1
	if !single(call.Args) {
		if call.Times, ok = c.times(s, call.Args); !ok || !c.separate(s, call.Args) {
			return
		}
	}
	if g.Missing == nil || c.runnable(s, g) {
		c.sink.Call(call)
	}
}

// notApplied goes on behind a gate that there is not. Where a declaration was meant, its names are known from here on.
func (c *Checker) notApplied(s *ast.Call) {
	if report.Declares(c.meant[s.Name.Symbol]) {
		for i := range s.Operands {
			c.broken[s.Operands[i].Name.Symbol] = true
		}
	}
}

// single reports whether the operands are few different qubits, as they nearly always are. Otherwise they need a closer look.
func single(args []Arg) bool {
	if len(args) > fewOperands {
		return false
	}
	for i := range args {
		if args[i].Whole {
			return false
		}
		for j := range i {
			if args[i].First == args[j].First {
				return false
			}
		}
	}
	return true
}

// arity reports a wrong number of parameters or operands.
func (c *Checker) arity(s *ast.Call, g *Gate) bool {
	if n := len(s.Params); n != g.Params {
		at := s.Name.Span()
		if n > g.Params {
			at = s.Params[g.Params].Span()
		}
		c.rep.Error(at, "wrong_parameters", c.usage(s, g), "the gate %s takes %s, found %d", c.name(s.Name.Symbol), count(g.Params, "parameter"), n)
		c.rep.Also(g.At, "%s is defined here", c.name(s.Name.Symbol))
		return false
	}
	if n := len(s.Operands); n != g.Qubits {
		at := s.Name.Span()
		if n > g.Qubits {
			at = s.Operands[g.Qubits].Span()
		}
		c.rep.Error(at, "wrong_operands", c.usage(s, g), "the gate %s acts on %s, found %d", c.name(s.Name.Symbol), count(g.Qubits, "qubit"), n)
		c.rep.Also(g.At, "%s is defined here", c.name(s.Name.Symbol))
		return false
	}
	return true
}

// usage shows how a gate of the table is applied.
func (c *Checker) usage(s *ast.Call, g *Gate) string {
	if g.Row == nil {
		return ""
	}
	return "write `" + report.Usage(c.names.Text(s.Name.Symbol), g.Row.Params, g.Row.Operands) + "`"
}

// operands looks up qubits, or classical bits, and appends them to args.
func (c *Checker) operands(operands []ast.Operand, args []Arg, quantum bool) ([]Arg, bool) {
	good := true
	for i := range operands {
		a, ok := c.operand(&operands[i], quantum)
		if args = append(args, a); !ok {
			good = false
		}
	}
	return args, good
}

func (c *Checker) operand(o *ast.Operand, quantum bool) (Arg, bool) {
	r := c.register(o.Name.Symbol)
	if r == nil || r.Quantum != quantum {
		c.wrongRegister(o, r, quantum)
		return Arg{}, false
	}
	if o.Index == nil {
		return Arg{First: r.First, Size: r.Size, Whole: true}, true
	}
	i, ok := o.Index.(*ast.Int)
	if !ok || !i.Fits || i.Value >= uint64(r.Size) {
		c.outOfRange(o, r)
		return Arg{}, false
	}
	return Arg{First: r.First + uint32(i.Value), Size: 1}, true
}

func (c *Checker) outOfRange(o *ast.Operand, r *Register) {
	if r.Size == 0 {
		c.rep.Error(o.Index.Span(), "index_out_of_range", "", "%s has no elements", c.name(r.Symbol))
	} else {
		c.rep.Error(o.Index.Span(), "index_out_of_range", "indices start at 0", "%s has the elements 0 to %d: there is no element %s",
			c.name(r.Symbol), r.Size-1, report.Clip(string(c.sources.Text(o.Index.Span()))))
	}
	c.declaredAt(r)
}

func (c *Checker) wrongRegister(o *ast.Operand, r *Register, quantum bool) {
	kind, other := "quantum", "classical"
	if !quantum {
		kind, other = other, kind
	}
	switch {
	case r != nil:
		c.rep.Error(o.Name.Span(), "wrong_register", "", "%s is a %s register, a %s one is needed here", c.name(r.Symbol), other, kind)
		c.declaredAt(r)
		return
	case c.gate(o.Name.Symbol) != nil:
		c.rep.Error(o.Name.Span(), "unknown_register", "", "%s is a gate, a %s register is needed here", c.name(o.Name.Symbol), kind)
		return
	}
	if c.incomplete || !c.once(o.Name.Symbol) {
		return
	}
	hint := c.suggest(o.Name.Symbol, func(s token.Symbol) bool { r := c.register(s); return r != nil && r.Quantum == quantum })
	if hint == "" {
		hint = c.onlyRegister(quantum)
	}
	c.rep.Error(o.Name.Span(), "unknown_register", hint, "there is no %s register %s", kind, c.name(o.Name.Symbol))
	c.awaited[o.Name.Symbol] = c.rep.Last()
}

// onlyRegister names the one register of a kind, where there is only one.
func (c *Checker) onlyRegister(quantum bool) string {
	hint := ""
	for _, r := range c.registers {
		if r != nil && r.Quantum == quantum {
			if hint != "" {
				return ""
			}
			hint = "the register is called " + c.name(r.Symbol)
		}
	}
	switch {
	case hint != "":
		return hint
	case quantum:
		return "declare it with `qreg q[n];`"
	}
	return "declare it with `creg c[n];`"
}

// times is how often a gate is applied: once, or as often as the registers among its operands have elements, which must agree.
func (c *Checker) times(s *ast.Call, args []Arg) (int, bool) {
	n, first := -1, 0
	for i := range args {
		switch {
		case !args[i].Whole:
		case n < 0:
			n, first = args[i].Size, i
		case n != args[i].Size:
			c.rep.Error(s.Operands[i].Span(), "size_mismatch", "registers in one statement must have the same size", "the register %s has %s, %s has %d",
				c.name(s.Operands[i].Name.Symbol), count(args[i].Size, "element"), c.name(s.Operands[first].Name.Symbol), n)
			c.declaredAt(c.register(s.Operands[i].Name.Symbol))
			c.declaredAt(c.register(s.Operands[first].Name.Symbol))
			return 0, false
		}
	}
	if n < 0 {
		return 1, true
	}
	return n, true
}

// fewOperands is up to where comparing all pairs is faster than a table.
const fewOperands = 16

// separate reports a qubit that one application would be given twice.
func (c *Checker) separate(s *ast.Call, args []Arg) bool {
	if len(args) > fewOperands {
		return c.separateMany(s, args)
	}
	for i := 1; i < len(args); i++ {
		for j := range i {
			if args[i].overlaps(args[j]) {
				c.repeated(s, i)
				return false
			}
		}
	}
	return true
}

// overlaps reports whether two operands share a qubit in some application. Registers overlap only where they are the same.
func (a Arg) overlaps(b Arg) bool {
	return a.Size > 0 && b.Size > 0 && a.First < b.First+uint32(b.Size) && b.First < a.First+uint32(a.Size)
}

func (c *Checker) separateMany(s *ast.Call, args []Arg) bool {
	singles, registers := make(map[uint32]bool, len(args)), make(map[token.Symbol]bool)
	for i := range args {
		symbol := s.Operands[i].Name.Symbol
		if args[i].Whole {
			if registers[symbol] && args[i].Size > 0 {
				c.repeated(s, i)
				return false
			}
			registers[symbol] = true
		} else if singles[args[i].First] {
			c.repeated(s, i)
			return false
		} else {
			singles[args[i].First] = true
		}
	}
	for i := range args {
		if !args[i].Whole && registers[s.Operands[i].Name.Symbol] {
			c.repeated(s, i)
			return false
		}
	}
	return true
}

// runnable reports a gate that cannot be expanded, because it or one in its definition is opaque.
func (c *Checker) runnable(s *ast.Call, g *Gate) bool {
	switch {
	case c.opts.CheckOnly:
		c.unrunnable = true
		if c.once(s.Name.Symbol) {
			c.rep.Warn(s.Name.Span(), "opaque_gate", "define it to run the program", "the opaque gate `%s` has no definition: the program cannot be run", g.Missing.Name)
		}
		return true
	case !c.once(s.Name.Symbol):
		return false
	}
	c.rep.Error(s.Name.Span(), "opaque_gate", "define it with `gate` instead of `opaque`", "the opaque gate `%s` has no definition and cannot be applied", g.Missing.Name)
	return false
}

func (c *Checker) checkMeasure(s *ast.Measure) {
	if c.exchanged(s) {
		return
	}
	q, okQ := c.operand(&s.Qubits, true)
	b, okB := c.operand(&s.Bits, false)
	if !okQ || !okB {
		return
	}
	if q.Whole != b.Whole && q.Size == 1 && b.Size == 1 {
		c.rep.Deviation(s.Bits.Span(), "measure_shapes", "name an element on both sides, or a register on both sides", "one side is a register of one element, the other an element: OpenQASM 2.0 wants both alike")
		q.Whole, b.Whole = false, false
	}
	if q.Whole != b.Whole || q.Size != b.Size {
		c.rep.Error(s.Bits.Span(), "size_mismatch", "measure an element into an element, or a register into one of the same size", "%s cannot be measured into %s", side(q, "qubit"), side(b, "bit"))
		c.declaredAt(c.register(s.Qubits.Name.Symbol))
		c.declaredAt(c.register(s.Bits.Name.Symbol))
		return
	}
	c.measure = Measure{Qubits: q, Bits: b, Times: q.Size, If: c.when, Pos: s.Start}
	c.sink.Measure(&c.measure)
}

// exchanged reports a measurement of a classical register into a quantum one.
func (c *Checker) exchanged(s *ast.Measure) bool {
	bits, qubits := c.register(s.Qubits.Name.Symbol), c.register(s.Bits.Name.Symbol)
	if bits == nil || qubits == nil || bits.Quantum || !qubits.Quantum {
		return false
	}
	from, to := c.sources.Text(s.Bits.Span()), c.sources.Text(s.Qubits.Span())
	c.rep.Error(s.Qubits.Span(), "wrong_register", fmt.Sprintf("write `measure %s -> %s;`", from, to), "%s is a classical register: a qubit is measured, and a bit takes the outcome", c.name(bits.Symbol))
	c.declaredAt(bits)
	return true
}

func side(a Arg, what string) string {
	if a.Whole {
		return "a register of " + count(a.Size, what)
	}
	return "one " + what
}

func (c *Checker) checkReset(s *ast.Reset) {
	if q, ok := c.operand(&s.Qubits, true); ok {
		c.sink.Reset(q, c.when, s.Start)
	}
}

func (c *Checker) checkBarrier(s *ast.Barrier) {
	args, ok := c.operands(s.Operands, c.args[:0], true)
	c.args = args
	if ok && c.when == nil {
		c.sink.Barrier(args, s.Start)
	}
}

// checkIf judges a condition and the operation under it.
func (c *Checker) checkIf(s *ast.If) {
	when, ok := c.condition(s.Condition)
	if !ok {
		return
	}
	c.when = when
	c.Check(s.Body)
	c.when = nil
}
