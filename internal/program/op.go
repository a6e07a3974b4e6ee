package program

// Op is what an instruction does.
type Op uint8

// The instructions. s[x] is slot x of the frame, as the type that the instruction is about; imm are numbers in the instruction
// itself; n-bit values take ⌈n/64⌉ slots. Where nothing else is said, A is a slot that is written, B and C are slots that are read, and
// A may be one of them. Suffixes: I signed integers, U unsigned integers, bits and angles, F floats. W is the width in bits to which a
// result wraps, 1 … 64, and for the instructions with a W in front any.
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

	// Integers up to 64 bits. Divisions fail where s[C] is 0, powers of integers where the exponent is negative.
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
	PowI // exponent signed
	PowU // exponent signed
	NegI
	NegU
	And
	Or
	Xor
	NotI // complement of W bits
	NotU
	ShlI // by s[C], unsigned; W or more give 0
	ShlU
	ShrI // repeats the sign
	ShrU
	RotL // of W bits by s[C], signed
	RotR
	Pop  // s[A] = how many of s[B]'s bits are 1
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
	RemF // as C's fmod
	PowF
	NegF
	Round // to float[W], W being 16 or 32
	Math  // s[A] = the function C (an imm, see Function) of s[B]

	// Conversions.
	IntToF
	UintToF
	FToInt   // towards 0, wrapping to W bits; fails for NaN and infinities
	FToUint  // likewise
	AngleToF // an angle of W bits in radians
	FToAngle // the nearest angle of W bits, modulo 2π; fails for NaN and infinities

	// Bits of values of any width.
	GetBit   // s[A] = bit C (an imm) of the value at B
	GetBitAt // s[A] = bit s[C] of the value of W bits at B
	PutBit   // bit C (an imm) of the value at A = s[B], 0 or 1
	PutBitAt // bit s[C] of the value of W bits at A = s[B]
	Extract  // the value of W bits at A = bits C (an imm) upwards of the value at B
	Insert   // bits C (an imm) upwards of the value at A = the value of W bits at B

	// Values of any width W.
	WAddI
	WAddU
	WSubI
	WSubU
	WMulI
	WMulU
	WDivI
	WDivU
	WRemI
	WRemU
	WPowI // s[C] is the exponent, signed, of 64 bits
	WPowU
	WNegI
	WNegU
	WAnd
	WOr
	WXor
	WNotI
	WNotU
	WShlI // by s[C], unsigned, of 64 bits; likewise the others
	WShlU
	WShrI
	WShrU
	WRotL // by s[C], signed, of 64 bits
	WRotR
	WPop
	WCmpI // s[A] = -1, 0 or 1 as the value at B is less than, equal to or more than the one at C
	WCmpU
	WSExt // the value of W bits at A = the lowest C (an imm) bits at B as a signed number; W may be less than C
	WZExt // as an unsigned number
	WIToF // s[A] = the signed integer of W bits at B as a float
	WUToF
	FToWI // the integer of W bits at A = s[B]; see FToInt
	FToWU

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

	// Quantum operations.
	ApplyGate // Gates[A]
	PowBegin  // gates from here to the matching PowEnd are collected; nests
	PowEnd    // applies what was collected to the power of the float s[A], under Pows[B]; between them no Measure, Reset, Call, Return or End
	Measure   // s[A] = outcome of measuring Qubits[B]
	Reset     // brings Qubits[B] to |0>

	numOps
)

// Function numbers the functions of one float.
type Function int32

// The functions.
const (
	Sin Function = iota
	Cos
	Tan
	Arcsin
	Arccos
	Arctan
	Exp
	Log
	Sqrt
	Floor
	Ceiling
	Abs
	numFunctions
)

var functionNames = [numFunctions]string{"sin", "cos", "tan", "arcsin", "arccos", "arctan", "exp", "log", "sqrt", "floor", "ceiling", "abs"}

func (f Function) String() string { return functionNames[f] }

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
	PowI: {"pow.i", def, use, use}, PowU: {"pow.u", def, use, use}, NegI: {"neg.i", def, use, none}, NegU: {"neg.u", def, use, none},
	And: {"and", def, use, use}, Or: {"or", def, use, use}, Xor: {"xor", def, use, use}, NotI: {"not.i", def, use, none}, NotU: {"not.u", def, use, none},
	ShlI: {"shl.i", def, use, use}, ShlU: {"shl.u", def, use, use}, ShrI: {"shr.i", def, use, use}, ShrU: {"shr.u", def, use, use},
	RotL: {"rotl", def, use, use}, RotR: {"rotr", def, use, use}, Pop: {"pop", def, use, none}, SExt: {"sext", def, use, none}, ZExt: {"zext", def, use, none},

	EqI: {"eq", def, use, use}, NeI: {"ne", def, use, use}, LtI: {"lt.i", def, use, use}, LeI: {"le.i", def, use, use}, LtU: {"lt.u", def, use, use},
	LeU: {"le.u", def, use, use}, EqF: {"eq.f", def, use, use}, NeF: {"ne.f", def, use, use}, LtF: {"lt.f", def, use, use}, LeF: {"le.f", def, use, use},
	NotB: {"not.b", def, use, none},

	AddF: {"add.f", def, use, use}, SubF: {"sub.f", def, use, use}, MulF: {"mul.f", def, use, use}, DivF: {"div.f", def, use, use},
	RemF: {"rem.f", def, use, use}, PowF: {"pow.f", def, use, use}, NegF: {"neg.f", def, use, none}, Round: {"round", def, use, none}, Math: {"math", def, use, imm},

	IntToF: {"int.f", def, use, none}, UintToF: {"uint.f", def, use, none}, FToInt: {"f.int", def, use, none}, FToUint: {"f.uint", def, use, none},
	AngleToF: {"angle.f", def, use, none}, FToAngle: {"f.angle", def, use, none},

	GetBit: {"getbit", def, whole, imm}, GetBitAt: {"getbit.at", def, whole, use}, PutBit: {"putbit", part, use, imm}, PutBitAt: {"putbit.at", part, use, use},
	Extract: {"extract", defW, whole, imm}, Insert: {"insert", part, useW, imm},

	WAddI: {"w.add.i", defW, useW, useW}, WAddU: {"w.add.u", defW, useW, useW}, WSubI: {"w.sub.i", defW, useW, useW}, WSubU: {"w.sub.u", defW, useW, useW},
	WMulI: {"w.mul.i", defW, useW, useW}, WMulU: {"w.mul.u", defW, useW, useW}, WDivI: {"w.div.i", defW, useW, useW}, WDivU: {"w.div.u", defW, useW, useW},
	WRemI: {"w.rem.i", defW, useW, useW}, WRemU: {"w.rem.u", defW, useW, useW}, WPowI: {"w.pow.i", defW, useW, use}, WPowU: {"w.pow.u", defW, useW, use},
	WNegI: {"w.neg.i", defW, useW, none}, WNegU: {"w.neg.u", defW, useW, none}, WAnd: {"w.and", defW, useW, useW}, WOr: {"w.or", defW, useW, useW},
	WXor: {"w.xor", defW, useW, useW}, WNotI: {"w.not.i", defW, useW, none}, WNotU: {"w.not.u", defW, useW, none},
	WShlI: {"w.shl.i", defW, useW, use}, WShlU: {"w.shl.u", defW, useW, use}, WShrI: {"w.shr.i", defW, useW, use}, WShrU: {"w.shr.u", defW, useW, use},
	WRotL: {"w.rotl", defW, useW, use}, WRotR: {"w.rotr", defW, useW, use}, WPop: {"w.pop", def, useW, none},
	WCmpI: {"w.cmp.i", def, useW, useW}, WCmpU: {"w.cmp.u", def, useW, useW}, WSExt: {"w.sext", defW, whole, imm}, WZExt: {"w.zext", defW, whole, imm},
	WIToF: {"w.int.f", def, useW, none}, WUToF: {"w.uint.f", def, useW, none}, FToWI: {"f.w.int", defW, use, none}, FToWU: {"f.w.uint", defW, use, none},

	CheckIndex: {"bound", def, use, index}, LoadAt: {"load.at", def, whole, use}, StoreAt: {"store.at", part, use, use}, Addr: {"addr", def, whole, none},
	Load: {"load", def, use, imm}, Store: {"store", use, use, imm}, LoadN: {"load.n", defN, use, imm}, StoreN: {"store.n", use, useN, imm}, Copy: {"copy", use, use, imm},

	ApplyGate: {"gate", index, none, none}, PowBegin: {"pow.begin", none, none, none}, PowEnd: {"pow.end", use, index, none},
	Measure: {"measure", def, index, none}, Reset: {"reset", none, index, none},
}

func (o Op) String() string { return shapes[o].name }

// Range is slots of a frame.
type Range struct{ First, N int32 }

// Reads calls f with the slots that an instruction reads by number. What Call, Load, LoadN and Copy reach otherwise is not among them, and
// neither are the slots of gates and qubits: see Operands.
func (in Instr) Reads(f func(Range)) {
	sh := &shapes[in.Op]
	for i, r := range [...]role{sh.a, sh.b, sh.c} {
		x := [...]int32{in.A, in.B, in.C}[i]
		switch r {
		case use:
			f(Range{x, 1})
		case useW:
			f(Range{x, int32(Words(int(in.W)))})
		case useN:
			f(Range{x, in.C})
		case whole:
			f(in.wholeRange(x))
		}
	}
}

// wholeRange is the slots that the instruction's operand x of role whole may look at.
func (in Instr) wholeRange(x int32) Range {
	switch in.Op {
	case GetBit:
		return Range{x + in.C/64, 1}
	case GetBitAt:
		return Range{x, int32(Words(int(in.W)))}
	case Extract:
		return Range{x + in.C/64, int32(Words(int(in.C%64 + in.W)))}
	case WSExt, WZExt:
		return Range{x, int32(Words(int(in.C)))}
	}
	return Range{x, in.W} // LoadAt, Addr
}

// Writes calls f with the slots that an instruction writes by number, and whether all their bits are written.
func (in Instr) Writes(f func(r Range, all bool)) {
	switch shapes[in.Op].a {
	case def:
		f(Range{in.A, 1}, true)
	case defW:
		f(Range{in.A, int32(Words(int(in.W)))}, true)
	case defN:
		n := in.C
		if in.Op == Clear {
			n = in.B
		}
		f(Range{in.A, n}, true)
	case part:
		switch in.Op {
		case PutBit:
			f(Range{in.A + in.C/64, 1}, false)
		case PutBitAt:
			f(Range{in.A, int32(Words(int(in.W)))}, false)
		case Insert:
			f(Range{in.A + in.C/64, int32(Words(int(in.C%64 + in.W)))}, false)
		case StoreAt:
			f(Range{in.A, in.W}, false)
		}
	}
}

// Operands calls f with the slots that a quantum instruction reads through the program's lists.
func (p *Program) Operands(in Instr, f func(slot int32)) {
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
