package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/report"
	"github.com/softquantus/qcos/internal/spelling"
	"github.com/softquantus/qcos/internal/value"
)

// call is a function in an expression: of the program, or built in.
func (c *Compiler) call(e *ast.Function) operand {
	text := c.names.Text(e.Name.Symbol)
	f, ok := value.FuncOf(text)
	sym := c.lookup(e.Name.Symbol)
	if sym == nil && !ok && text != "sizeof" {
		sym = c.callee(e.Name)
	}
	if sym != nil {
		switch sym.meaning {
		case subroutine:
			return c.callDef(e.Name, sym.def, e.Args, nil, e.Span())
		case externName:
			return c.callExtern(e, sym.def)
		case broken:
			c.evaluateAll(e.Args)
			return bad(e.Span())
		}
	}
	if text == "sizeof" {
		return c.sizeofCall(e)
	}
	if !ok {
		if c.unknownFunction(e) {
			c.evaluateAll(e.Args)
		}
		return bad(e.Span())
	}
	return c.builtin(e, f)
}

// evaluateAll looks for errors in expressions whose values nobody needs.
func (c *Compiler) evaluateAll(list []ast.Expr) {
	for _, a := range list {
		if _, isName := a.(*ast.Ident); !isName {
			c.expr(a)
		}
	}
}

// otherFunctions are what other languages call the built-in functions.
var otherFunctions = map[string]string{
	"ln": "log", "acos": "arccos", "asin": "arcsin", "atan": "arctan", "ceil": "ceiling", "fmod": "mod", "len": "sizeof", "size": "sizeof",
	"round": "floor", "pow": "**", "popCount": "popcount", "re": "real", "im": "imag",
}

// otherCalls are hints for functions of other languages that one name does not replace.
var otherCalls = map[string]string{
	"print": "nothing is printed while a program runs: the values of its variables are its result", "printf": "nothing is printed while a program runs: the values of its variables are its result",
	"println": "nothing is printed while a program runs: the values of its variables are its result",
	"range":   "a range stands in brackets, both ends included: `[0:3]`", "measure_all": "a register is measured as a whole: `c = measure q;`",
	"abs": "there is none: compare, and take the negative where it is less than 0", "random": "measure a qubit after `h` to get a random bit",
}

// unknownFunction reports a call of what is no function, and whether its arguments are worth a look.
func (c *Compiler) unknownFunction(e *ast.Function) (look bool) {
	name := c.names.Text(e.Name.Symbol)
	if sym := c.lookup(e.Name.Symbol); sym != nil {
		hint := ""
		if sym.meaning == gateName {
			hint = "write `" + c.applied(name, e.Args) + "`"
		}
		c.rep.Error(e.Name.Span(), "not_a_function", hint, "%s is %s and cannot be called", c.name(e.Name.Symbol), sym.kind())
		return sym.meaning != gateName
	}
	if c.incomplete || !c.once(int(e.Name.Symbol)) {
		return true
	}
	_, isGate := gate.Lookup(name)
	hint := otherCalls[name]
	switch other := otherFunctions[name]; {
	case other != "":
		hint = "did you mean `" + other + "`?"
	case hint != "":
	case isGate:
		hint = "write `" + c.applied(name, e.Args) + "`"
	default:
		hint = report.DidYouMean(c.nearFunctions(name))
	}
	c.rep.Error(e.Name.Span(), "unknown_function", hint, "there is no function %s", c.name(e.Name.Symbol))
	c.awaited[e.Name.Symbol] = c.rep.Last()
	return !isGate
}

func (c *Compiler) nearFunctions(name string) *spelling.Search {
	best := spelling.New(name)
	for _, f := range value.FuncNames() {
		best.Try(f)
	}
	for _, sym := range c.table {
		if sym != nil && sym.meaning == subroutine {
			best.Try(sym.def.name)
		}
	}
	return best
}

// applied is a gate that was written like a function as a statement: qubits behind the parentheses, without them.
func (c *Compiler) applied(name string, args []ast.Expr) string {
	var params, operands []string
	for _, a := range args {
		text := report.Clip(string(c.sources.Text(a.Span())))
		if c.isQuantum(a) {
			operands = append(operands, text)
		} else {
			params = append(params, text)
		}
	}
	if len(operands) == 0 {
		operands = []string{"q"}
	}
	return report.Usage(name, params, operands)
}

// isQuantum reports whether an expression names qubits.
func (c *Compiler) isQuantum(e ast.Expr) bool {
	id := rootName(e)
	if id == nil {
		return false
	}
	_, physical := c.names.Hardware(id.Symbol)
	sym := c.lookup(id.Symbol)
	return physical || sym != nil && sym.meaning == qubits
}

// builtin is a call of a function of the language.
func (c *Compiler) builtin(e *ast.Function, f value.Func) operand {
	at := e.Span()
	args, ok := make([]operand, len(e.Args)), true
	types := make([]value.Operand, len(e.Args))
	for i, a := range e.Args {
		var good bool
		args[i], good = c.scalar(a)
		ok = ok && good
		types[i] = args[i].forRule()
	}
	if len(args) != f.Arity() {
		c.rep.Error(c.countAt(e.Name, e.Args, f.Arity()), "wrong_arguments", "", "the function `%v` takes %s, found %d", f, count(f.Arity(), "argument"), len(args))
		return bad(at)
	}
	if !ok {
		return bad(at)
	}
	call, ok := value.CallFor(f, types)
	if !ok {
		c.rep.Error(args[0].at, "wrong_type", callHint(f), "the function `%v` is not defined for %s", f, typeName(args[0].typ))
		return bad(at)
	}
	if call.Deviation != "" {
		c.rep.Deviation(e.Name.Span(), "mixed_types", "", "%s", call.Deviation)
	}
	constant := true
	for i := range args {
		if args[i], ok = c.convert(args[i], call.Params[i]); !ok {
			return bad(at)
		}
		constant = constant && args[i].known
	}
	if constant {
		return c.foldCall(call, args, at, e.Name.Span())
	}
	return c.emitCall(call, args, at, e.Name.Start)
}

// countAt is where a wrong number of arguments is pointed at: the first that is too many, or the name.
func (c *Compiler) countAt(name ast.Name, args []ast.Expr, want int) diag.Span {
	if len(args) > want {
		return args[want].Span()
	}
	return name.Span()
}

func callHint(f value.Func) string {
	switch f {
	case value.Popcount:
		return "it counts the bits of a register or an unsigned integer"
	case value.Rotl, value.Rotr:
		return "it turns the bits of a register or of an unsigned integer with a width"
	}
	return "it is a function of numbers"
}

func (c *Compiler) foldCall(call value.Call, args []operand, at, nameAt diag.Span) operand {
	words := make([][]uint64, len(args))
	for i := range args {
		words[i] = args[i].val.Words
	}
	z := value.New(call.Result)
	if err := call.Apply(z.Words, words); err != nil {
		if !c.dead {
			c.rep.Error(nameAt, errorCode(err), "", "%v", err)
		}
		return bad(at)
	}
	o := known(z, at)
	o.literal = call.Result.IsInteger() && call.Result.Unsized
	return o
}

func (c *Compiler) emitCall(call value.Call, args []operand, at diag.Span, pos diag.Pos) operand {
	s, slots := c.temp(call.Result.Words()), [2]int32{}
	for i := range args {
		slots[i] = c.inSlots(args[i])
	}
	c.at = pos
	c.eval(program.Eval{Kind: program.Builtin, Call: call}, s, slots[0], slots[1])
	return inSlot(call.Result, s, at)
}

// sizeofCall is sizeof(array, dimension).
func (c *Compiler) sizeofCall(e *ast.Function) operand {
	at := e.Span()
	if len(e.Args) < 1 || len(e.Args) > 2 {
		c.rep.Error(c.countAt(e.Name, e.Args, 2), "wrong_arguments", "", "the function `sizeof` takes an array and, where it has several dimensions, the number of one; found %s", count(len(e.Args), "argument"))
		return bad(at)
	}
	m := c.fn.mark()
	if c.isRegister(e.Args[0]) {
		c.rep.Error(e.Args[0].Span(), "wrong_type", "", "the function `sizeof` asks for the size of arrays, not of registers")
		return bad(at)
	}
	o := c.expr(e.Args[0])
	if o.bad {
		return bad(at)
	}
	if o.arr == nil {
		c.rep.Error(e.Args[0].Span(), "wrong_type", "", "the function `sizeof` asks for the size of arrays, this is %s", typeName(o.typ))
		return bad(at)
	}
	k := int64(0)
	if len(e.Args) == 2 {
		var ok bool
		if k, ok = c.size(e.Args[1], "the number of a dimension"); !ok {
			return bad(at)
		}
	}
	if k < 0 || k >= int64(len(o.arr.dims)) {
		c.rep.Error(e.Args[1].Span(), "index_out_of_range", "dimensions are counted from 0", "the array has %s: there is no dimension %d", count(len(o.arr.dims), "dimension"), k)
		return bad(at)
	}
	n := o.arr.dims[k].size
	if n.static() {
		c.fn.back(m)
		v, _ := value.Of64(n.v).To(value.UintType)
		r := known(v, at)
		r.literal = true
		return r
	}
	return inSlot(value.UintType, n.slot, at)
}

// isRegister reports whether an expression is a quantum register, which has no value.
func (c *Compiler) isRegister(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	sym := c.lookup(id.Symbol)
	return sym != nil && sym.meaning == qubits
}

// callExtern is a call of a function that the program declares and does not define. Where it has the name and the types of a built-in
// one, it is that; no other can be run.
func (c *Compiler) callExtern(e *ast.Function, d *def) operand {
	f, ok := value.FuncOf(c.names.Text(e.Name.Symbol))
	if ok && len(e.Args) == f.Arity() && d.result.Kind != value.Void && len(d.params) == f.Arity() {
		o := c.builtin(e, f)
		if o.bad {
			return o
		}
		o, _ = c.implicit(o, d.result, "the function's result")
		return o
	}
	c.missingExtern(e.Name)
	c.evaluateAll(e.Args)
	if c.opts.CheckOnly && d.result.Kind != value.Void {
		return inSlot(d.result, c.temp(d.result.Words()), e.Span())
	}
	return operand{typ: d.result, at: e.Span(), bad: !c.opts.CheckOnly}
}

func (c *Compiler) missingExtern(n ast.Name) {
	c.unrunnable = true
	if !c.once(int(n.Symbol)) {
		return
	}
	if c.opts.CheckOnly {
		c.rep.Warn(n.Span(), "extern_function", "define it with `def` to run the program", "the extern function %s has no definition here: the program cannot be run", c.name(n.Symbol))
		return
	}
	c.rep.Error(n.Span(), "extern_function", "define it with `def`; the built-in functions can be declared extern as well", "the extern function %s has no definition here and cannot be called", c.name(n.Symbol))
}
