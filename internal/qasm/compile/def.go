package compile

import (
	"fmt"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/value"
)

// def is a subroutine, or an extern function.
type def struct {
	name   string
	number int32 // in Program.Funcs
	params []defParam
	result value.Type
	open   bool // no result was declared, and values are returned: the type of the first
}

// defParam is a parameter of a subroutine: a scalar by value, qubits by their numbers, or an array by reference.
type defParam struct {
	name    ast.Name
	typ     value.Type // of a scalar, and of an array's elements
	quantum bool
	size    int // of a register of qubits; -1: a single one
	array   bool
	dims    []int // of an array of declared lengths
	rank    int
	access  ast.Access
	slot    int32
}

// words is how many slots the argument takes. An array is its address and, for each dimension, its length and the distance of its
// elements.
func (p *defParam) words() int {
	switch {
	case p.quantum && p.size < 0:
		return 1
	case p.quantum:
		return p.size
	case p.array:
		return 1 + 2*p.rank
	}
	return p.typ.Words()
}

// globalOnly reports what is declared elsewhere than at the top of the program.
func (c *Compiler) globalOnly(at diag.Span, what string) bool {
	if c.depth == 1 {
		return true
	}
	c.rep.Error(at, "not_global", "move it out of the block", "%s at the top of the program only", what)
	return false
}

// maxArguments bounds the slots of the arguments of a call.
const maxArguments = 1 << 20

func (c *Compiler) defParams(list []ast.Param) ([]defParam, int, bool) {
	params, ok, words := make([]defParam, len(list)), true, 0
	for i := range list {
		p, good := c.defParam(&list[i])
		p.slot = int32(words)
		params[i], ok = p, ok && good
		if good {
			words += p.words()
		}
		if words > maxArguments {
			c.rep.Error(list[i].Span(), "too_large", "", "the arguments of a subroutine take more than %d words", maxArguments)
			return params, words, false
		}
	}
	return params, words, ok
}

func (c *Compiler) defParam(a *ast.Param) (defParam, bool) {
	p := defParam{name: a.Name, access: a.Type.Access}
	t := a.Type
	var ok bool
	switch t.Kind {
	case ast.TypeQubit:
		p.quantum, p.size, ok = true, -1, true
		if t.Size != nil {
			var n int64
			if n, ok = c.size(t.Size, "the size of a register"); ok && (n < 0 || n > maxArguments) {
				c.rep.Error(t.Size.Span(), "invalid_width", "", "a register of %d qubits is not possible here", n)
				ok = false
			}
			p.size = int(n)
		}
	case ast.TypeArray:
		return c.arrayParam(p, t)
	default:
		p.typ, ok = c.scalarType(t)
	}
	return p, ok
}

func (c *Compiler) arrayParam(p defParam, t *ast.Type) (defParam, bool) {
	p.array = true
	c.writers = c.writers || t.Access == ast.Mutable
	if t.Access == ast.ByValue {
		c.rep.Error(t.Span(), "wrong_type", "write `readonly array[…]` or `mutable array[…]`", "an array is given to a subroutine as a reference, and must say what may be done with it")
		return p, false
	}
	if t.Rank == nil {
		var ok bool
		p.typ, p.dims, ok = c.arrayType(t)
		p.rank = len(p.dims)
		return p, ok
	}
	var ok, good bool
	p.typ, ok = c.arrayElem(t)
	n, good := c.size(t.Rank, "the number of dimensions")
	if good && (n < 1 || n > maxDims) {
		c.rep.Error(t.Rank.Span(), "too_many_dimensions", "", "an array has 1 to %d dimensions, not %d", maxDims, n)
		good = false
	}
	p.rank = int(n)
	return p, ok && good
}

// defStmt compiles a subroutine where it stands; its name can be used in its own body.
func (c *Compiler) defStmt(s *ast.Def) {
	if !c.globalOnly(s.Name.Span(), "a subroutine is defined") || c.compiled(s.Name) {
		return
	}
	params, words, ok := c.defParams(s.Params)
	d := &def{name: c.names.Text(s.Name.Symbol), params: params}
	if s.Returns != nil {
		var good bool
		d.result, good = c.scalarType(s.Returns)
		ok = ok && good
	}
	sym := &symbol{name: s.Name.Symbol, meaning: subroutine, at: s.Name.Span(), def: d}
	switch {
	case !c.mayDeclare(s.Name):
	case !ok:
		c.declareBroken(s.Name)
		return
	default:
		c.declare(sym)
	}
	if !ok {
		return
	}
	f := newCode(d.name, words, d.result.Words())
	d.number = int32(len(c.funcs))
	c.funcs = append(c.funcs, f)
	caller, loops, direct, at := c.fn, c.loops, c.direct, c.at
	c.fn, c.loops, c.direct, c.inDef = f, nil, false, d
	c.enter()
	c.floor = c.depth
	for i := range params {
		c.declareParam(&params[i])
	}
	for _, b := range s.Body.Statements {
		c.stmt(b)
	}
	c.endDef(s, d)
	c.leave()
	c.floor, c.inDef = 0, nil
	c.fn, c.loops, c.direct, c.at = caller, loops, direct, at
	f.results = int32(d.result.Words())
}

// endDef is what happens where a body ends without `return`.
func (c *Compiler) endDef(s *ast.Def, d *def) {
	c.at = s.Name.Start
	if n := d.result.Words(); n > 0 {
		if !endsInReturn(s.Body) && !d.open {
			c.rep.Warn(s.Name.Span(), "missing_return", "", "the subroutine %s may end without `return`; its value is 0 then", c.name(s.Name.Symbol))
		}
		c.emit(program.Clear, 0, 0, int32(n), 0)
	}
	c.emit(program.Return, 0, 0, 0, 0)
}

// endsInReturn reports whether the last statement of a body surely leaves it.
func endsInReturn(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.Return, *ast.End:
		return true
	case *ast.Block:
		return len(s.Statements) > 0 && endsInReturn(s.Statements[len(s.Statements)-1])
	case *ast.If:
		return s.Else != nil && endsInReturn(s.Body) && endsInReturn(s.Else)
	case *ast.Switch:
		for _, cs := range s.Cases {
			if !endsInReturn(cs.Body) {
				return false
			}
		}
		return len(s.Cases) > 0 && s.Cases[len(s.Cases)-1].Default
	case *ast.Annotated:
		return endsInReturn(s.Stmt)
	}
	return false
}

func (c *Compiler) declareParam(p *defParam) {
	if !c.mayDeclareParam(p.name) {
		return
	}
	sym := &symbol{name: p.name.Symbol, at: p.name.Span()}
	switch {
	case p.quantum:
		sym.meaning = qubits
		sym.q = register{scalar: p.size < 0, n: max(p.size, 0), list: []program.Qubit{}}
		if p.size < 0 {
			sym.q.n = 1
		}
		for k := range sym.q.n {
			sym.q.list = append(sym.q.list, program.Qubit{Slot: p.slot + int32(k)})
		}
	case p.array:
		sym.meaning = array
		v := &view{elem: p.typ, base: p.slot, ref: true, offset: fixed(0), readonly: p.access == ast.Readonly, name: c.name(p.name.Symbol)}
		for k := range p.rank {
			d := dim{num{slot: p.slot + 1 + int32(2*k)}, num{slot: p.slot + 2 + int32(2*k)}}
			if p.dims != nil {
				d.size = fixed(int64(p.dims[k]))
			}
			v.dims = append(v.dims, d)
		}
		sym.arr = v
	default:
		sym.meaning, sym.typ, sym.slot = variable, p.typ, p.slot
	}
	c.declare(sym)
}

// externStmt is `extern name(types) -> type;`.
func (c *Compiler) externStmt(s *ast.Extern) {
	if c.compiled(s.Name) {
		return
	}
	params, _, ok := c.defParams(s.Params)
	d := &def{name: c.names.Text(s.Name.Symbol), params: params}
	if s.Returns != nil {
		var good bool
		d.result, good = c.scalarType(s.Returns)
		ok = ok && good
	}
	if !c.mayDeclare(s.Name) || !ok {
		c.declareBroken(s.Name)
		return
	}
	c.declare(&symbol{name: s.Name.Symbol, meaning: externName, at: s.Name.Span(), def: d})
}

func (c *Compiler) returnStmt(s *ast.Return) {
	d := c.inDef
	if d == nil {
		c.rep.Error(s.Span(), "outside_subroutine", "`end;` ends the program", "`return` stands outside a subroutine")
		return
	}
	if s.Value == nil {
		if d.result.Kind != value.Void && !d.open {
			c.rep.Error(s.Span(), "missing_value", "", "the subroutine `%s` returns %s", d.name, typeName(d.result))
		}
		c.emit(program.Return, 0, 0, 0, 0)
		return
	}
	o, ok := c.scalar(s.Value)
	if !ok {
		return
	}
	if d.result.Kind == value.Void {
		c.rep.Deviation(s.Value.Span(), "undeclared_result", fmt.Sprintf("write `-> %s` before the body", o.typ), "the subroutine `%s` declares no result and returns one", d.name)
		d.result, d.open = o.typ, true
		n := int32(d.result.Words())
		if c.fn.zeroAt() < n { // results may not lie where the zero is
			c.rep.Error(s.Value.Span(), "undeclared_result", "", "declare the type of the result with `->`")
			return
		}
	}
	if o, ok = c.implicit(o, d.result, "the subroutine's result"); ok {
		c.at = s.Start
		c.move(0, c.inSlots(o), d.result.Words())
		c.emit(program.Return, 0, 0, 0, 0)
	}
}

func (f *code) zeroAt() int32 { return max(f.params, f.results) }

// callDef calls a subroutine with arguments in parentheses and, in the manner of gates, qubits behind.
func (c *Compiler) callDef(name ast.Name, d *def, args []ast.Expr, operands []ast.Operand, at diag.Span) operand {
	if n := len(args) + len(operands); n != len(d.params) {
		where := name.Span()
		if len(args) > len(d.params) {
			where = args[len(d.params)].Span()
		}
		c.rep.Error(where, "wrong_arguments", "", "the subroutine %s takes %s, found %d", c.name(name.Symbol), count(len(d.params), "argument"), n)
		c.declared(name)
		c.evaluateAll(args)
		return bad(at)
	}
	list, ok := make([]argument, len(d.params)), true
	for i := range d.params {
		var good bool
		if i < len(args) {
			list[i], good = c.argument(&d.params[i], args[i])
			list[i].o = c.settled(list[i].o, args[i+1:]...)
		} else {
			list[i], good = c.operandArgument(&d.params[i], &operands[i-len(args)])
		}
		ok = ok && good
	}
	if !ok || !c.distinctArguments(d, list) || !c.distinctArrays(d, list) {
		return bad(at)
	}
	c.at = name.Start
	words := 0
	for i := range d.params {
		words += d.params[i].words()
	}
	result := c.temp(max(words, d.result.Words()))
	frame := result
	if c.fn == c.funcs[0] {
		frame = behind
		c.fn.arguments = max(c.fn.arguments, int32(max(words, d.result.Words())))
	}
	for i := range list {
		c.pass(&d.params[i], &list[i], frame+d.params[i].slot)
	}
	c.fn.top = result + int32(max(words, d.result.Words()))
	c.emit(program.Call, 0, d.number, frame, 0)
	c.fn.calls = append(c.fn.calls, d.number)
	c.move(result, frame, d.result.Words())
	c.called = true
	return inSlot(d.result, result, at)
}

// argument is a value for a parameter.
type argument struct {
	o  operand
	q  register
	at diag.Span
}

func (c *Compiler) argument(p *defParam, e ast.Expr) (argument, bool) {
	a := argument{at: e.Span()}
	what := "the parameter " + c.name(p.name.Symbol)
	switch {
	case p.quantum:
		var ok bool
		a.q, ok = c.aliasQubits(e)
		return a, ok && c.fitsRegister(p, &a.q, e.Span())
	case p.array:
		if _, joined := e.(*ast.Concat); joined {
			c.rep.Error(e.Span(), "wrong_type", "give the value to an array first", "joined arrays cannot be an argument")
			return a, false
		}
		a.o = c.expr(e)
		return a, !a.o.bad && c.fitsReference(p, a.o, e.Span())
	}
	o, ok := c.scalar(e)
	if ok {
		o, ok = c.implicit(o, p.typ, what)
	}
	a.o = o
	return a, ok
}

func (c *Compiler) operandArgument(p *defParam, o *ast.Operand) (argument, bool) {
	a := argument{at: o.Span()}
	if !p.quantum {
		c.rep.Error(o.Span(), "wrong_type", "classical arguments stand in parentheses", "the parameter %s is no qubit", c.name(p.name.Symbol))
		return a, false
	}
	var ok bool
	a.q, ok = c.qubitOperand(o)
	return a, ok && c.fitsRegister(p, &a.q, o.Span())
}

// fitsRegister reports qubits that a parameter cannot take. A single qubit and a register of one become each other, with a warning.
func (c *Compiler) fitsRegister(p *defParam, q *register, at diag.Span) bool {
	switch {
	case p.size == 1 && q.scalar, p.size < 0 && !q.scalar && q.n == 1:
		hint := "a single qubit as a register of one is a range: q[0:0]"
		if p.size < 0 {
			hint = "name the element of the register: q[0]"
		}
		c.rep.Deviation(at, "qubit_for_register", hint, "a single qubit and a register of one qubit are taken for each other, for the parameter %s", c.name(p.name.Symbol))
		q.scalar = p.size < 0
		return true
	case p.size < 0 && q.scalar, p.size >= 0 && !q.scalar && p.size == q.n:
		return true
	case p.size < 0:
		c.rep.Error(at, "type_mismatch", "name one element of the register", "the parameter %s is a single qubit, this is a register of %s", c.name(p.name.Symbol), count(q.n, "qubit"))
	case q.scalar:
		c.rep.Error(at, "type_mismatch", "a single qubit is no register: take a range, such as q[0:0]", "the parameter %s is a register of %s, this is a single qubit", c.name(p.name.Symbol), count(p.size, "qubit"))
	default:
		c.rep.Error(at, "size_mismatch", "", "the parameter %s is a register of %s, this one has %d", c.name(p.name.Symbol), count(p.size, "qubit"), q.n)
	}
	return false
}

func (c *Compiler) fitsReference(p *defParam, o operand, at diag.Span) bool {
	what := "the parameter " + c.name(p.name.Symbol)
	if o.arr == nil {
		c.rep.Error(at, "type_mismatch", "", "%s is an array, this is %s", what, typeName(o.typ))
		return false
	}
	if o.arr.readonly && p.access == ast.Mutable {
		c.rep.Error(at, "readonly_array", "", "%s may be written, and this array is readonly", what)
		return false
	}
	want := &view{elem: p.typ}
	for k := range p.rank {
		d := dim{size: num{slot: 0}}
		if p.dims != nil {
			d.size = fixed(int64(p.dims[k]))
		} else if k < len(o.arr.dims) {
			d.size = o.arr.dims[k].size
		}
		want.dims = append(want.dims, d)
	}
	return c.fits(want, o.arr, at, what)
}

// distinctArguments reports a qubit that is given to two parameters; what only the run can tell, it tells.
func (c *Compiler) distinctArguments(d *def, list []argument) bool {
	seen := map[uint32]bool{}
	var before []program.Qubit // of the arguments before
	for i := range list {
		if !d.params[i].quantum {
			continue
		}
		q := list[i].q
		for k := range q.n {
			if x := q.at(k); x.Slot < 0 && seen[x.First] {
				c.rep.Error(list[i].at, "duplicate_qubit", "each qubit can be given once", "the subroutine `%s` is given the same qubit twice", d.name)
				return false
			}
		}
		for k := range q.n {
			x := q.at(k)
			if x.Slot < 0 {
				seen[x.First] = true
			}
			if len(before)*q.n <= manyPairs {
				c.checkDistinct(x, before)
			}
		}
		for k := range q.n {
			before = append(before, q.at(k))
		}
	}
	return true
}

// manyPairs is up to how many pairs of qubits are compared while the program runs.
const manyPairs = 256

// checkDistinct ends the run where a qubit is one of others.
func (c *Compiler) checkDistinct(q program.Qubit, others []program.Qubit) {
	for _, other := range others {
		if q.Slot < 0 && other.Slot < 0 {
			continue
		}
		good := c.fn.label()
		c.jump(program.JumpNe, good, c.qubitNumber(q), c.qubitNumber(other))
		c.fail("a subroutine is given the same qubit twice")
		c.fn.place(good)
	}
}

// pass puts an argument where the subroutine expects it.
func (c *Compiler) pass(p *defParam, a *argument, to int32) {
	switch {
	case p.quantum:
		for k := range a.q.n {
			if q := a.q.at(k); q.Slot >= 0 {
				c.move(to+int32(k), q.Slot, 1)
			} else {
				c.setQubit(to+int32(k), q.First)
			}
		}
	case p.array:
		v := a.o.arr
		c.move(to, c.address(v), 1)
		for k, d := range v.dims {
			c.put(to+1+int32(2*k), d.size)
			c.put(to+2+int32(2*k), d.stride)
		}
	case a.o.known:
		c.setWords(to, a.o.val.Words)
	default:
		c.move(to, a.o.slot, p.typ.Words())
	}
}

func (c *Compiler) put(slot int32, n num) {
	if n.static() {
		c.set(slot, uint64(n.v))
		return
	}
	c.move(slot, n.slot, 1)
}

// quantumCall is a subroutine called in the manner of a gate.
func (c *Compiler) quantumCall(e *ast.QuantumCall) operand {
	c.callee(e.Name)
	sym := c.find(e.Name, "a subroutine")
	if sym == nil {
		return bad(e.Span())
	}
	if sym.meaning != subroutine {
		hint := ""
		if sym.meaning == gateName {
			hint = "a gate gives no value"
		}
		c.rep.Error(e.Name.Span(), "not_a_function", hint, "%s is %s, a subroutine is needed here", c.name(e.Name.Symbol), sym.kind())
		c.declaredAt(sym)
		return bad(e.Span())
	}
	return c.callDef(e.Name, sym.def, e.Params, e.Operands, e.Span())
}
