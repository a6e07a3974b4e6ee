package compile

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
	"github.com/softquantus/qcos/internal/value"
)

var binaryOps = map[token.Kind]value.Op{
	token.Plus: value.Add, token.Minus: value.Sub, token.Star: value.Mul, token.Slash: value.Div, token.Percent: value.Mod,
	token.StarStar: value.Pow, token.Amp: value.And, token.Pipe: value.Or, token.Caret: value.Xor, token.ShiftLeft: value.Shl,
	token.ShiftRight: value.Shr, token.EqEq: value.Eq, token.NotEq: value.Ne, token.Less: value.Lt, token.LessEq: value.Le,
	token.Greater: value.Gt, token.GreaterEq: value.Ge,
}

func (c *Compiler) binary(e *ast.Binary) operand {
	if e.Op == token.AmpAmp || e.Op == token.PipePipe {
		return c.logical(e)
	}
	a, okA := c.scalar(e.Left)
	a = c.settled(a, e.Right)
	b, okB := c.scalar(e.Right)
	if !okA || !okB {
		return bad(e.Span())
	}
	return c.operate(binaryOps[e.Op], a, b, e.Span(), e.OpAt)
}

// operate applies an operator to two values. at is where the whole stands, opAt where the operator does.
func (c *Compiler) operate(op value.Op, a, b operand, at, opAt diag.Span) operand {
	r, ok := value.RuleFor(op, a.forRule(), b.forRule())
	if !ok {
		c.noRule(op, a, b, opAt)
		return bad(at)
	}
	if r.Deviation != "" && !c.zeroAngle(a, b.typ) && !c.zeroAngle(b, a.typ) {
		c.rep.Deviation(opAt, "mixed_types", "", "%s", r.Deviation)
	}
	x, okA := c.convert(a, r.Left)
	y, okB := c.convert(b, r.Right)
	if !okA || !okB {
		return bad(at)
	}
	if r.Swapped {
		x, y = y, x
	}
	if x.known && y.known {
		return c.fold(op, r, x, y, a.literal && b.literal, at, opAt)
	}
	s := c.temp(r.Result.Words())
	c.at = opAt.Start
	c.emitBinary(op, r, s, x, y)
	return inSlot(r.Result, s, at)
}

// noRule reports operands that an operator does not take.
func (c *Compiler) noRule(op value.Op, a, b operand, at diag.Span) {
	hint := ""
	switch {
	case a.typ.Kind == value.Bits && b.typ.Kind == value.Bits:
		c.rep.Error(at, "size_mismatch", "take a slice of the longer one", "the registers have %s and %s, and %v needs two of the same size", count(int(a.typ.Width), "bit"), count(int(b.typ.Width), "bit"), op)
		return
	case a.typ.Kind == value.Angle && b.typ.Kind == value.Angle && op == value.Mul:
		hint = "angles are multiplied by unsigned integers"
	case a.typ.IsInteger() && b.typ.Kind == value.Angle && op == value.Div:
		hint = "an angle can be divided by an integer, not the other way round"
	case a.typ.IsTime() || b.typ.IsTime():
		hint = "durations are added, compared and divided among themselves, and multiplied and divided by numbers"
	case (op == value.Shl || op == value.Shr) && b.typ.Kind == value.Float:
		hint = "the distance of a shift is an integer"
	case op >= value.And && op <= value.Shr && (a.typ.Kind == value.Float || b.typ.Kind == value.Float):
		hint = "bitwise operators work on bits and integers"
	case a.typ.Kind == value.Bits || b.typ.Kind == value.Bits:
		hint = "cast the register first, as in uint[n](c)"
	}
	c.rep.Error(at, "invalid_operation", hint, "the operator %v is not defined for %s and %s", op, typeName(a.typ), typeName(b.typ))
}

// fold computes an operation on constants.
func (c *Compiler) fold(op value.Op, r value.Rule, x, y operand, literal bool, at, opAt diag.Span) operand {
	z := value.New(r.Result)
	if x.typ.IsTime() && y.typ.IsTime() && (op == value.Div || op.IsComparison()) && value.MixedUnits(x.val.Words, y.val.Words) {
		c.rep.Warn(opAt, "mixed_units", "", "how long dt is depends on the machine: 1 ns is taken here")
	}
	var err error
	switch r.Form {
	case value.Plain:
		err = value.Binary(op, r.On, z.Words, x.val.Words, y.val.Words)
	case value.Shifted:
		if int64(y.val.Words[0]) < 0 {
			err = program.ErrNegativeShift
		} else {
			value.Shift(op, r.On, z.Words, x.val.Words, y.val.Words[0])
		}
	case value.ScaledTime:
		err = value.ScaleTime(op, z.Words, x.val.Words, y.val.Words[0])
	case value.TimeRatio:
		err = value.DivideTimes(z.Words, x.val.Words, y.val.Words)
	}
	if err != nil {
		if !c.dead {
			c.rep.Error(opAt, errorCode(err), "", "%v", err)
		}
		return bad(at)
	}
	o := known(z, at)
	o.cut = inexact(op, x, y, z, at)
	o.literal = literal && r.Result.Unsized && r.Result.IsInteger()
	return o
}

func errorCode(err error) string {
	if err == value.ErrDivisionByZero {
		return "division_by_zero"
	}
	return "undefined_value"
}

// words1 are the instructions of operators on words, signed and unsigned.
var words1 = map[value.Op][2]program.Op{
	value.Add: {program.AddI, program.AddU}, value.Sub: {program.SubI, program.SubU}, value.Mul: {program.MulI, program.MulU},
	value.Div: {program.DivI, program.DivU}, value.Mod: {program.RemI, program.RemU}, value.And: {program.And, program.And},
	value.Or: {program.Or, program.Or}, value.Xor: {program.Xor, program.Xor}, value.Shl: {program.ShlI, program.ShlU},
	value.Shr: {program.ShrI, program.ShrU}, value.Eq: {program.EqI, program.EqI}, value.Ne: {program.NeI, program.NeI},
	value.Lt: {program.LtI, program.LtU}, value.Le: {program.LeI, program.LeU}, value.Gt: {program.LtI, program.LtU}, value.Ge: {program.LeI, program.LeU},
}

var floats1 = map[value.Op]program.Op{
	value.Add: program.AddF, value.Sub: program.SubF, value.Mul: program.MulF, value.Div: program.DivF, value.Eq: program.EqF,
	value.Ne: program.NeF, value.Lt: program.LtF, value.Le: program.LeF, value.Gt: program.LtF, value.Ge: program.LeF,
}

// emitBinary writes the result of an operation to slot s.
func (c *Compiler) emitBinary(op value.Op, r value.Rule, s int32, x, y operand) {
	switch {
	case r.Form == value.ScaledTime:
		c.eval(program.Eval{Kind: program.ScaleTime, Op: op}, s, c.inSlots(x), c.inSlots(y))
		return
	case r.Form == value.TimeRatio:
		c.eval(program.Eval{Kind: program.TimeRatio}, s, c.inSlots(x), c.inSlots(y))
		return
	case c.emitWord(op, r, s, x, y):
		return
	}
	kind := program.Binary
	if r.Form == value.Shifted {
		kind = program.Shift
	}
	c.eval(program.Eval{Kind: kind, Op: op, On: r.On}, s, c.inSlots(x), c.inSlots(y))
}

// emitWord emits the operation as one instruction where there is one for it.
func (c *Compiler) emitWord(op value.Op, r value.Rule, s int32, x, y operand) bool {
	t, w := r.On, int(r.On.Width)
	if t.IsBool() {
		w = 1
	}
	if op == value.Gt || op == value.Ge {
		x, y = y, x
	}
	if t.Kind == value.Float {
		instr, ok := floats1[op]
		if ok = ok && t.Width == 64; ok {
			c.emit(instr, 0, s, c.inSlots(x), c.inSlots(y))
		}
		return ok
	}
	pair, ok := words1[op]
	if !ok || w < 1 || w > 64 || !t.HasBits() && !t.IsBool() {
		return false
	}
	if n, small := c.smallAddend(op, y); small {
		instr := program.AddImmU
		if t.Kind == value.Int {
			instr = program.AddImmI
		}
		c.emit(instr, w, s, c.inSlots(x), n)
		return true
	}
	instr := pair[1]
	if t.Kind == value.Int {
		instr = pair[0]
	}
	c.emit(instr, w, s, c.inSlots(x), c.inSlots(y))
	return true
}

// smallAddend is the constant that an addition or subtraction adds, where an instruction can hold it.
func (c *Compiler) smallAddend(op value.Op, y operand) (int32, bool) {
	if !y.known || op != value.Add && op != value.Sub {
		return 0, false
	}
	n := int64(y.val.Words[0])
	if op == value.Sub {
		n = -n
	}
	return int32(n), n == int64(int32(n))
}

// logical is && and ||: the right side is evaluated only where the left does not decide.
func (c *Compiler) logical(e *ast.Binary) operand {
	at := e.Span()
	a, ok := c.scalar(e.Left)
	if ok {
		a, ok = c.condition(a)
	}
	and := e.Op == token.AmpAmp
	if ok && a.known {
		return c.decided(e, a, and)
	}
	s := c.temp(1)
	if ok {
		c.move(s, a.slot, 1)
	}
	end, op := c.fn.label(), program.JumpIf
	if and {
		op = program.JumpIfNot
	}
	c.jump(op, end, s, 0)
	b, good := c.scalar(e.Right)
	if good {
		b, good = c.condition(b)
	}
	if good {
		c.move(s, c.inSlots(b), 1)
	}
	c.fn.place(end)
	if !ok || !good {
		return bad(at)
	}
	return inSlot(value.BoolType, s, at)
}

// decided is && or || whose left side is a constant.
func (c *Compiler) decided(e *ast.Binary, a operand, and bool) operand {
	decides := a.val.IsTrue() != and
	dead, m := c.dead, c.fn.mark()
	direct := c.direct
	c.dead = c.dead || decides
	b, ok := c.scalar(e.Right)
	if ok {
		b, ok = c.condition(b)
	}
	c.dead = dead
	if !decides {
		b.at, b.bad = e.Span(), !ok
		return b
	}
	c.fn.back(m)
	c.direct = direct
	return known(value.OfBool(!and), e.Span())
}
