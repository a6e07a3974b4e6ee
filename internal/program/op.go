package program

// Op is what an instruction does.
type Op uint8

// The instructions. s[x] is slot x of the frame, as the type that the instruction is about; imm are numbers in the instruction
// itself; n-bit values take ⌈n/64⌉ slots. Where nothing else is said, A is a slot that is written, B and C are slots that are read, and
// A may be one of them. Suffixes: I signed integers, U unsigned integers, bits and angles, F floats of 64 bits. W is the width in bits to
// which a result wraps, 1 … 64. They mean what package value says; Eval is for whatever has no instruction of its own.
const (
	Nop Op = iota

	// Control.
	Jump      // go to instruction A
	JumpIf    // go to A if s[B] != 0
	JumpIfNot // go to A if s[B] == 0
	JumpEq    // go to A if s[B] == s[C], all 64 bits
	JumpNe
	JumpLtI
	JumpLeI
	JumpLtU
	JumpLeU
	Call   // function A, whose frame begins at slot B
	Return // from a function; in the main program as End
	End    // of the run
	Fail   // ends the run with the error Messages[A]

	// Moving.
	Set   // s[A] = the 64-bit number whose lower half is B and upper half C
	Move  // s[A] = s[B]
	MoveN // C slots from B to A; they may overlap
	Clear // B slots from A are 0

	// Integers up to 64 bits. Divisions fail where s[C] is 0, shifts where it is negative.
	AddI
	AddU
	AddImmI // s[A] = s[B] + C, C being an imm
	AddImmU
	SubI
	SubU
	MulI
	MulU
	DivI // towards 0
	DivU
	RemI // sign of the dividend
	RemU
	NegI
	NegU
	And
	Or
	Xor
	NotI // complement of W bits
	NotU
	ShlI // by s[C], signed; W or more give 0
	ShlU
	ShrI // repeats the sign
	ShrU
	SExt // s[A] = the lowest W bits of s[B] as a signed number
	ZExt // as an unsigned number

	// Comparisons give 0 or 1.
	EqI // all 64 bits: for every kind but floats
	NeI
	LtI
	LeI
	LtU
	LeU
	EqF
	NeF
	LtF
	LeF
	NotB // s[A] = 1 if s[B] == 0, else 0

	// Floats.
	AddF
	SubF
	MulF
	DivF
	NegF
	IntToF
	UintToF

	// Calculate does whatever else package value can, on values of any type: Evals[W] of the value at B, and at C where there are two
	// operands, to A. The value at A overlaps no operand, unless it is a Binary or Unary and they are the very same slots.
	Calculate

	// Bits of values of any width.
	GetBit   // s[A] = bit C (an imm) of the value at B
	GetBitAt // s[A] = bit s[C] of the value of W bits at B
	PutBit   // bit C (an imm) of the value at A = s[B], 0 or 1
	PutBitAt // bit s[C] of the value of W bits at A = s[B]
	Extract  // the value of W bits at A = bits C (an imm) upwards of the value at B
	Insert   // bits C (an imm) upwards of the value at A = the value of W bits at B

	// Arrays.
	CheckIndex // s[A] = the index s[B], counted from the front; fails where it is not within Bounds[C]
	LoadAt     // s[A] = s[B + s[C]]; the array takes W slots from B
	StoreAt    // s[A + s[C]] = s[B]; the array takes W slots from A
	Addr       // s[A] = the address of slot B, through which the W slots from B may be reached
	Load       // s[A] = the slot at the address s[B] + C, C being an imm
	Store      // the slot at the address s[A] + C = s[B]
	LoadN      // C slots from the address s[B] to A
	StoreN     // C slots from B to the address s[A]
	Copy       // C slots from the address s[B] to the address s[A]; they may overlap
	Scratch    // s[A] = the address of s[B] new slots behind the frame; fails where there is no room. No Call, Measure or Reset until Drop
	Drop       // gives back the slots from the address s[A] on

	// Quantum operations.
	ApplyGate // Gates[A]
	PowBegin  // gates from here to the matching PowEnd are collected; nests
	PowEnd    // applies what was collected to the power of the float s[A], under Pows[B]; between them no Measure, Reset, Call, Return or End
	Measure   // s[A] = outcome of measuring Qubits[B]
	Reset     // brings Qubits[B] to |0>

	numOps
)

// role is what an operand of an instruction is.
type role uint8

const (
	none   role = iota
	imm         // a number
	target      // an instruction
	index       // into one of the program's lists
	def         // one slot, written
	use         // one slot, read
	defW        // the slots of a value of W bits, written
	useW        // likewise, read
	defN        // as many slots as the instruction counts, written
	useN        // likewise, read
	defV        // the slots of a Calculate's result
	useV        // of one of its operands
	part        // slots of which some bits are written: see Op
	whole       // slots of which some are read: see Op
)

// shape is how an instruction's operands are to be read.
type shape struct {
	name    string
	a, b, c role
}

var shapes = [numOps]shape{
	Nop:  {"nop", none, none, none},
	Jump: {"jump", target, none, none}, JumpIf: {"jump.if", target, use, none}, JumpIfNot: {"jump.ifnot", target, use, none},
	JumpEq: {"jump.eq", target, use, use}, JumpNe: {"jump.ne", target, use, use}, JumpLtI: {"jump.lt.i", target, use, use},
	JumpLeI: {"jump.le.i", target, use, use}, JumpLtU: {"jump.lt.u", target, use, use}, JumpLeU: {"jump.le.u", target, use, use},
	Call: {"call", index, imm, none}, Return: {"return", none, none, none}, End: {"end", none, none, none}, Fail: {"fail", index, none, none},

	Set: {"set", def, imm, imm}, Move: {"move", def, use, none}, MoveN: {"move.n", defN, useN, imm}, Clear: {"clear", defN, imm, none},

	AddI: {"add.i", def, use, use}, AddU: {"add.u", def, use, use}, AddImmI: {"addimm.i", def, use, imm}, AddImmU: {"addimm.u", def, use, imm},
	SubI: {"sub.i", def, use, use}, SubU: {"sub.u", def, use, use}, MulI: {"mul.i", def, use, use}, MulU: {"mul.u", def, use, use},
	DivI: {"div.i", def, use, use}, DivU: {"div.u", def, use, use}, RemI: {"rem.i", def, use, use}, RemU: {"rem.u", def, use, use},
	NegI: {"neg.i", def, use, none}, NegU: {"neg.u", def, use, none},
	And: {"and", def, use, use}, Or: {"or", def, use, use}, Xor: {"xor", def, use, use}, NotI: {"not.i", def, use, none}, NotU: {"not.u", def, use, none},
	ShlI: {"shl.i", def, use, use}, ShlU: {"shl.u", def, use, use}, ShrI: {"shr.i", def, use, use}, ShrU: {"shr.u", def, use, use},
	SExt: {"sext", def, use, none}, ZExt: {"zext", def, use, none},

	EqI: {"eq", def, use, use}, NeI: {"ne", def, use, use}, LtI: {"lt.i", def, use, use}, LeI: {"le.i", def, use, use}, LtU: {"lt.u", def, use, use},
	LeU: {"le.u", def, use, use}, EqF: {"eq.f", def, use, use}, NeF: {"ne.f", def, use, use}, LtF: {"lt.f", def, use, use}, LeF: {"le.f", def, use, use},
	NotB: {"not.b", def, use, none},

	AddF: {"add.f", def, use, use}, SubF: {"sub.f", def, use, use}, MulF: {"mul.f", def, use, use}, DivF: {"div.f", def, use, use},
	NegF: {"neg.f", def, use, none}, IntToF: {"int.f", def, use, none}, UintToF: {"uint.f", def, use, none}, Calculate: {"calculate", defV, useV, useV},

	GetBit: {"getbit", def, whole, imm}, GetBitAt: {"getbit.at", def, whole, use}, PutBit: {"putbit", part, use, imm}, PutBitAt: {"putbit.at", part, use, use},
	Extract: {"extract", defW, whole, imm}, Insert: {"insert", part, useW, imm},

	CheckIndex: {"bound", def, use, index}, LoadAt: {"load.at", def, whole, use}, StoreAt: {"store.at", part, use, use}, Addr: {"addr", def, whole, none},
	Load: {"load", def, use, imm}, Store: {"store", use, use, imm}, LoadN: {"load.n", defN, use, imm}, StoreN: {"store.n", use, useN, imm}, Copy: {"copy", use, use, imm},
	Scratch: {"scratch", def, use, none}, Drop: {"drop", use, none, none},

	ApplyGate: {"gate", index, none, none}, PowBegin: {"pow.begin", none, none, none}, PowEnd: {"pow.end", use, index, none},
	Measure: {"measure", def, index, none}, Reset: {"reset", none, index, none},
}

func (o Op) String() string { return shapes[o].name }

// Range is slots of a frame.
type Range struct{ First, N int32 }

// Reads calls f with the slots that an instruction reads. What Call, Load, LoadN and Copy reach beyond the frame's own slots is not
// among them.
func (p *Program) Reads(in Instr, f func(Range)) {
	sh := &shapes[in.Op]
	for i, r := range [...]role{sh.a, sh.b, sh.c} {
		x := [...]int32{in.A, in.B, in.C}[i]
		switch r {
		case use:
			f(Range{x, 1})
		case useW:
			f(Range{x, words(in.W)})
		case useN:
			f(Range{x, in.C})
		case useV:
			_, b, c := p.Evals[in.W].Words()
			if i == 2 {
				b = c
			}
			f(Range{x, b})
		case whole:
			f(in.wholeRange(x))
		}
	}
	p.operands(in, func(slot int32) { f(Range{slot, 1}) })
}

func words(bits int32) int32 { return int32(Words(int(bits))) }

// wholeRange is the slots that the instruction's operand x of role whole may look at.
func (in Instr) wholeRange(x int32) Range {
	switch in.Op {
	case GetBit:
		return Range{x + in.C/64, 1}
	case GetBitAt:
		return Range{x, words(in.W)}
	case Extract:
		return Range{x + in.C/64, words(in.C%64 + in.W)}
	}
	return Range{x, in.W} // LoadAt, Addr
}

// Writes calls f with the slots that an instruction writes, and whether all their bits are written. What Call, Store, StoreN and Copy
// write is not among them.
func (p *Program) Writes(in Instr, f func(r Range, all bool)) {
	switch shapes[in.Op].a {
	case def:
		f(Range{in.A, 1}, true)
	case defW:
		f(Range{in.A, words(in.W)}, true)
	case defV:
		n, _, _ := p.Evals[in.W].Words()
		f(Range{in.A, n}, true)
	case defN:
		n := in.C
		if in.Op == Clear {
			n = in.B
		}
		f(Range{in.A, n}, true)
	case part:
		f(in.partRange(), false)
	}
}

// partRange is the slots of which the instruction writes some bits.
func (in Instr) partRange() Range {
	switch in.Op {
	case PutBit:
		return Range{in.A + in.C/64, 1}
	case PutBitAt:
		return Range{in.A, words(in.W)}
	case Insert:
		return Range{in.A + in.C/64, words(in.C%64 + in.W)}
	}
	return Range{in.A, in.W} // StoreAt
}

// operands calls f with the slots that a quantum instruction reads through the program's lists.
func (p *Program) operands(in Instr, f func(slot int32)) {
	qubit := func(q Qubit) {
		if q.Slot >= 0 {
			f(q.Slot)
		}
	}
	switch in.Op {
	case ApplyGate:
		g := &p.Gates[in.A]
		for _, x := range g.Params {
			if x.Slot >= 0 {
				f(x.Slot)
			}
		}
		for _, q := range g.Qubits {
			qubit(q)
		}
	case PowEnd:
		for _, q := range p.Pows[in.B].Controls {
			qubit(q)
		}
	case Measure, Reset:
		qubit(p.Qubits[in.B])
	}
}
