package compile

import (
	"fmt"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

// maxQubits bounds the qubits of a program: they are numbered in 32 bits, and the last number means none.
const maxQubits = 1<<32 - 2

// maxClbits bounds the bits of registers in all, each of which is looked after for itself.
const maxClbits = 1 << 24

// registerDecl is `qubit[n] name;`, `qreg name[n];` or `creg name[n];`.
func (c *Compiler) registerDecl(s *ast.Register) {
	if !s.Quantum {
		c.creg(s)
		return
	}
	if c.compiled(s.Name) {
		return
	}
	if number, physical := c.names.Hardware(s.Name.Symbol); physical {
		c.rep.Error(s.Name.Span(), "physical_declared", "use it without declaring it", "the physical qubit `$%d` cannot be declared", number)
		return
	}
	n := int64(1)
	ok := c.globalOnly(s.Span(), "qubits are declared")
	if s.Size != nil {
		var good bool
		if n, good = c.size(s.Size, "the size of a register"); good && n < 0 {
			c.rep.Error(s.Size.Span(), "invalid_width", "", "the size of a register cannot be negative: %d is not possible", n)
			good = false
		}
		ok = ok && good
	}
	if !ok || !c.mayDeclare(s.Name) || !c.room(n, s.Name.Span()) {
		c.declareBroken(s.Name)
		return
	}
	first := c.circuit.AddQreg(c.names.Text(s.Name.Symbol), int(n)).First
	c.declare(&symbol{name: s.Name.Symbol, meaning: qubits, at: s.Name.Span(), q: register{scalar: s.Size == nil, first: first, n: int(n)}})
}

// room reports qubits beyond all bounds.
func (c *Compiler) room(n int64, at diag.Span) bool {
	if uint64(c.circuit.NumQubits)+uint64(n) <= maxQubits {
		return true
	}
	c.rep.Error(at, "register_too_large", "", "the program has too many qubits: at most %d are allowed", uint64(maxQubits))
	return false
}

// creg is a register of classical bits in the old spelling.
func (c *Compiler) creg(s *ast.Register) {
	t := value.BitType
	if s.Size != nil {
		n, ok := c.size(s.Size, "the size of a register")
		if ok {
			if why := value.CheckWidth(value.Bits, n); why != "" {
				c.rep.Error(s.Size.Span(), "invalid_width", "", "%s: %d is not possible", why, n)
				ok = false
			}
		}
		if !ok {
			c.declareBroken(s.Name)
			return
		}
		t = value.BitsOf(int(n))
	}
	if !c.mayDeclare(s.Name) {
		return
	}
	c.newVariable(s.Name, t, c.keep(t.Words()))
}

// keep returns slots that live as long as the scope does. Those of global variables were never used before: they are reported wherever
// the program ends, and constants and inputs have their values from the start.
func (c *Compiler) keep(n int) int32 {
	if c.depth == 1 && c.fn == c.funcs[0] {
		c.fn.top = max(c.fn.top, c.fn.frame)
	}
	s := c.temp(n)
	c.kept = c.fn.top
	return s
}

// newVariable declares a scalar variable in its slots. The global ones are what a run reports.
func (c *Compiler) newVariable(n ast.Name, t value.Type, slot int32) *symbol {
	sym := &symbol{name: n.Symbol, meaning: variable, at: n.Span(), typ: t, slot: slot}
	c.declare(sym)
	if c.depth == 1 {
		c.report(n, program.Type{Elem: t}, slot)
	}
	return sym
}

// report makes a global variable one that a run reports, and of bits a register of the counts.
func (c *Compiler) report(n ast.Name, t program.Type, slot int32) {
	name := c.names.Text(n.Symbol)
	c.vars = append(c.vars, program.Var{Name: name, Type: t, Slot: slot})
	if len(t.Dims) > 0 || t.Elem.Kind != value.Bit && t.Elem.Kind != value.Bits {
		return
	}
	size := 1
	if t.Elem.Kind == value.Bits {
		size = int(t.Elem.Width)
	}
	if c.circuit.NumClbits+size > maxClbits {
		c.rep.Error(n.Span(), "register_too_large", "", "the program has too many classical bits: at most %d are allowed", maxClbits)
		return
	}
	c.cregs = append(c.cregs, program.Creg{Name: name, Size: size, Slot: slot})
	c.clbits[slot] = c.circuit.AddCreg(name, size).First
}

// declaration is a classical declaration of any kind.
func (c *Compiler) declaration(s *ast.Declaration) {
	if s.Type.Kind == ast.TypeArray {
		c.arrayDecl(s)
		return
	}
	t, ok := c.scalarType(s.Type)
	switch {
	case !ok:
		if s.Value != nil {
			c.evaluateAll([]ast.Expr{s.Value})
		}
		c.declareBroken(s.Name)
	case s.Role == ast.Constant:
		c.constDecl(s, t)
	case s.Role == ast.Input || s.Role == ast.Output:
		c.ioDecl(s, t)
	default:
		c.variableDecl(s, t)
	}
}

func (c *Compiler) variableDecl(s *ast.Declaration, t value.Type) {
	slot := c.keep(t.Words())
	ok := true
	if s.Value != nil {
		ok = c.initialize(s, t, slot)
	} else if c.depth > 1 {
		c.at = s.Start
		c.setWords(slot, make([]uint64, t.Words()))
	}
	if !c.mayDeclare(s.Name) || !ok {
		c.declareBroken(s.Name)
		return
	}
	c.newVariable(s.Name, t, slot)
}

// initialize evaluates the initial value into a variable's slots.
func (c *Compiler) initialize(s *ast.Declaration, t value.Type, slot int32) bool {
	if lit, list := s.Value.(*ast.ArrayLiteral); list {
		hint := fmt.Sprintf("an array is declared as `array[%s, %d] %s`", t, len(lit.Items), c.names.Text(s.Name.Symbol))
		if t.Kind == value.Bits {
			hint = "bits are written as a string, the highest index first: \"01\""
		}
		c.rep.Error(lit.Span(), "type_mismatch", hint, "%s is %s and cannot be given a list", c.name(s.Name.Symbol), typeName(t))
		return false
	}
	o, ok := c.scalar(s.Value)
	if !ok {
		return false
	}
	if o, ok = c.implicit(o, t, c.name(s.Name.Symbol)); !ok {
		return false
	}
	c.at = s.Start
	c.write(target{typ: t, slot: slot}, o)
	return true
}

func (c *Compiler) constDecl(s *ast.Declaration, t value.Type) {
	sym := c.constSymbol(s, t)
	if !c.mayDeclare(s.Name) || sym == nil {
		c.declareBroken(s.Name)
		return
	}
	c.declare(sym)
	if c.depth == 1 {
		c.fixedVariable(s.Name, program.Type{Elem: t}, sym.val.Words)
	}
}

// constSymbol is what a declaration of a constant declares; nil where that was wrong.
func (c *Compiler) constSymbol(s *ast.Declaration, t value.Type) *symbol {
	if s.Value == nil {
		c.rep.Error(s.Name.Span(), "missing_value", "", "a constant needs a value")
		return nil
	}
	o, ok := c.scalar(s.Value)
	if ok {
		o, ok = c.constValue(s, o, t)
	}
	if !ok {
		return nil
	}
	literal := t.Unsized && t.IsInteger()
	return &symbol{name: s.Name.Symbol, meaning: constantName, at: s.Name.Span(), typ: t, val: o.val, literal: literal}
}

func (c *Compiler) constValue(s *ast.Declaration, o operand, t value.Type) (operand, bool) {
	switch {
	case !o.known:
		c.rep.Error(s.Value.Span(), "not_constant", "leave out `const` to compute it while the program runs", "the value of a constant must be known before the program runs")
		return o, false
	case o.typ.Kind == value.Float && t.IsInteger(), o.typ.Kind == value.Complex && t.Kind != value.Complex:
		c.rep.Error(o.at, "type_mismatch", c.writeCast(o, t), "a constant of type %s cannot be given %s: the conversion may lose something", typeName(t), typeName(o.typ))
		return o, false
	}
	return c.implicit(o, t, c.name(s.Name.Symbol))
}

// fixedVariable is a constant or an input that a run reports: it has its value from the start.
func (c *Compiler) fixedVariable(n ast.Name, t program.Type, words []uint64) int32 {
	slot := c.keep(len(words))
	c.fixed = append(c.fixed, fixedWords{slot, words})
	c.report(n, t, slot)
	return slot
}

// fixedWords are slots that have a value before the program starts.
type fixedWords struct {
	slot  int32
	words []uint64
}

func (c *Compiler) arrayDecl(s *ast.Declaration) {
	elem, dims, ok := c.arrayType(s.Type)
	ok = c.globalOnly(s.Span(), "arrays are declared") && ok
	if !ok {
		c.declareBroken(s.Name)
		return
	}
	if s.Role == ast.Input || s.Role == ast.Output {
		c.arrayIO(s, elem, dims)
		return
	}
	v := newView(elem, dims, 0, c.name(s.Name.Symbol))
	v.base = c.keep(int(v.words))
	if s.Value != nil {
		ok = c.initializeArray(s, v)
	}
	if !c.mayDeclare(s.Name) || !ok {
		c.declareBroken(s.Name)
		return
	}
	c.declare(&symbol{name: s.Name.Symbol, meaning: array, at: s.Name.Span(), arr: v})
	c.report(s.Name, program.Type{Elem: elem, Dims: dims}, v.base)
}

func (c *Compiler) initializeArray(s *ast.Declaration, v *view) bool {
	c.at = s.Start
	if lit, list := s.Value.(*ast.ArrayLiteral); list {
		return c.fill(v, lit)
	}
	if set, braces := s.Value.(*ast.Set); braces {
		return c.fill(v, &ast.ArrayLiteral{At: set.At, Items: set.Items})
	}
	o := c.expr(s.Value)
	switch {
	case o.bad:
		return false
	case o.arr == nil:
		c.rep.Error(o.at, "type_mismatch", "an array is initialised by a list in braces", "%s is %s and cannot be given %s", v.name, v, typeName(o.typ))
		return false
	case !c.fits(v, o.arr, o.at, v.name):
		return false
	}
	c.copyArray(v, o.arr)
	return true
}
