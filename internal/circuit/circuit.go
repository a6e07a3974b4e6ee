// Package circuit is the circuit as data: a flat list of operations on numbered qubits and classical bits, with the registers
// they were declared in. It does no input or output and knows no source language, no pass and no engine.
//
// Qubits and clbits are numbered from 0 in order of declaration over all registers. A basis state's index is Σ q_k·2^k: qubit 0
// is its lowest bit. A register's value has bit 0 lowest; printed, it stands rightmost.
package circuit

import (
	"fmt"
	"slices"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/gate"
)

// Qubit numbers a qubit of one circuit.
type Qubit = uint32

// Clbit numbers a classical bit of one circuit.
type Clbit = uint32

// NoClbit is where the outcome of a Measure goes that nobody keeps.
const NoClbit Clbit = 1<<32 - 1

// Kind is what an Op does.
type Kind uint8

// The kinds.
const (
	Gate    Kind = iota // applies a unitary
	Measure             // measures one qubit in the computational basis and writes one clbit (or NoClbit)
	Reset               // brings one qubit to |0>
	Barrier             // does nothing to the state; passes and engines skip it
	// Assign writes a constant to one clbit and has no qubits. No source says it: the simplifier puts it in the place of a
	// measurement whose outcome is certain. It is ordered like any other write: conditions before it read the old bit.
	Assign
)

// Op is one operation. It is a value of 28 bytes whose operands and parameters lie in its circuit's arenas: read them with
// Circuit.Qubits, Circuit.Params and Circuit.Matrix.
type Op struct {
	Kind     Kind
	Gate     gate.ID  // of a Gate: a primitive row
	Controls uint16   // of a Gate: how many leading qubits control it, each on |1>
	If       CondID   // the condition under which the op happens; 0 is always
	Pos      diag.Pos // where the source asked for it; 0 is nowhere
	qubits   uint32   // first operand in Circuit.qubits
	nq       uint32   // number of operands, controls included
	arg      uint32   // of a Gate its first parameter in Circuit.params, or its matrix; of a Measure and an Assign its clbit
	value    bool     // of an Assign
}

// Clbit is where a Measure or an Assign writes.
func (op Op) Clbit() Clbit { return op.arg }

// WithClbit returns a Measure or an Assign that writes elsewhere and is the same otherwise.
func (op Op) WithClbit(to Clbit) Op {
	op.arg = to
	return op
}

// Value is what an Assign writes.
func (op Op) Value() bool { return op.value }

// NumQubits is the number of operands, controls included.
func (op Op) NumQubits() int { return int(op.nq) }

// CondID names a condition of a circuit; 0 is none.
type CondID uint32

// Condition holds when the clbits [First, First+Width), read as an unsigned integer, equal Value (or, with Negate, do not).
// Value may be wider than Width: then it never equals.
type Condition struct {
	First  Clbit
	Width  int
	Value  bitvec.Vec
	Negate bool
}

// Holds evaluates the condition on all clbits of the circuit.
func (c Condition) Holds(bits bitvec.Vec) bool {
	return bits.RangeEquals(int(c.First), c.Width, c.Value) != c.Negate
}

// Register is a declared array of qubits or clbits.
type Register struct {
	Name  string
	First uint32 // its element 0
	Size  int
}

// Circuit is a program without classical control flow beyond conditions on single operations. The zero value is an empty circuit.
//
// While it is built (the Add methods) it belongs to one goroutine; afterwards it is not changed any more and may be read by many.
// A pass makes a new circuit.
type Circuit struct {
	Qregs, Cregs []Register
	NumQubits    int
	NumClbits    int
	Ops          []Op
	GlobalPhase  float64 // radians
	// Declared maps this circuit's qubits to those of the program as written, after a pass renumbered them; nil is the identity. Where
	// swaps became a renumbering it holds at the end of the circuit, for the final state. Declared qubits that no longer occur are
	// in |0> throughout.
	Declared    []Qubit
	NumDeclared int // qubits that the program declared; 0 means NumQubits

	conds    []Condition
	qubits   []Qubit
	params   []float64
	matrices [][]complex128
}

// Skeleton returns a circuit with c's registers, sizes, phase and conditions and without operations: what a pass fills, with
// Keep, Copy and the Add methods.
func (c *Circuit) Skeleton() *Circuit {
	d := c.Clone()
	d.Ops = nil
	return d
}

// Keep appends op as it is, or with another If or clbit. The op must be one of the circuit that c is a Skeleton or a Clone of:
// its operands and parameters are shared, which makes dropping and moving ops cheap.
func (c *Circuit) Keep(op Op) { c.Ops = append(c.Ops, op) }

// DeclaredQubits is how many qubits the program declared.
func (c *Circuit) DeclaredQubits() int {
	if c.NumDeclared > 0 {
		return c.NumDeclared
	}
	return c.NumQubits
}

// DeclaredQubit returns the program's own number of q.
func (c *Circuit) DeclaredQubit(q Qubit) Qubit {
	if c.Declared == nil {
		return q
	}
	return c.Declared[q]
}

// AddQreg declares a quantum register and returns it.
func (c *Circuit) AddQreg(name string, size int) Register {
	r := Register{Name: name, First: uint32(c.NumQubits), Size: size}
	c.Qregs = append(c.Qregs, r)
	c.NumQubits += size
	return r
}

// AddCreg declares a classical register and returns it.
func (c *Circuit) AddCreg(name string, size int) Register {
	r := Register{Name: name, First: uint32(c.NumClbits), Size: size}
	c.Cregs = append(c.Cregs, r)
	c.NumClbits += size
	return r
}

// AddCondition enters a condition for use in Op.If.
func (c *Circuit) AddCondition(cond Condition) CondID {
	c.conds = append(c.conds, cond)
	return CondID(len(c.conds))
}

// Condition returns the condition of an op; id must not be 0.
func (c *Circuit) Condition(id CondID) Condition { return c.conds[id-1] }

// Qubits returns the operands of op, controls first. The slice is the circuit's own and must not be changed.
func (c *Circuit) Qubits(op Op) []Qubit {
	return c.qubits[op.qubits : op.qubits+op.nq : op.qubits+op.nq]
}

// Renumber gives qubits other numbers, each named once as a new one; those that are not named keep theirs. Registers stay as they are.
func (c *Circuit) Renumber(to map[Qubit]Qubit) {
	for i, q := range c.qubits {
		if n, named := to[q]; named {
			c.qubits[i] = n
		}
	}
}

// Params returns the parameters of a Gate op, angles in radians. The slice is the circuit's own and must not be changed.
func (c *Circuit) Params(op Op) []float64 {
	n := uint32(len(op.Gate.Row().Params))
	return c.params[op.arg : op.arg+n : op.arg+n]
}

// Matrix returns the matrix of a Gate op without its controls, in gate's convention. It may be the circuit's own and must not be changed.
func (c *Circuit) Matrix(op Op) []complex128 {
	if op.Gate == gate.Unitary {
		return c.matrices[op.arg]
	}
	return op.Gate.Row().Matrix(c.Params(op))
}

// AddGate appends a primitive gate on qubits, the first controls of which are controls. The slices are copied. It panics where
// the numbers do not fit the gate's row.
func (c *Circuit) AddGate(id gate.ID, controls int, params []float64, qubits ...Qubit) *Op {
	row := id.Row()
	if !row.IsPrimitive() || id == gate.Unitary || len(params) != len(row.Params) || len(qubits) != controls+len(row.Operands) || controls >= 1<<16 {
		panic(fmt.Sprintf("internal error: gate %s with %d parameters and %d controls on %d qubits", row.Name, len(params), controls, len(qubits)))
	}
	op := c.add(Gate, qubits)
	op.Gate, op.Controls, op.arg = id, uint16(controls), uint32(len(c.params))
	c.params = append(c.params, params...)
	return op
}

// AddUnitary appends a gate given by its matrix of size 2^k for the last k qubits, controlled by the others. The matrix is kept, not copied.
func (c *Circuit) AddUnitary(matrix []complex128, controls int, qubits ...Qubit) *Op {
	if gate.Dim(matrix) != 1<<(len(qubits)-controls) {
		panic(fmt.Sprintf("internal error: matrix of %d elements on %d qubits under %d controls", len(matrix), len(qubits), controls))
	}
	op := c.add(Gate, qubits)
	op.Gate, op.Controls, op.arg = gate.Unitary, uint16(controls), uint32(len(c.matrices))
	c.matrices = append(c.matrices, matrix)
	return op
}

// AddMeasure appends a measurement of q into clbit to, or NoClbit.
func (c *Circuit) AddMeasure(q Qubit, to Clbit) *Op {
	op := c.add(Measure, []Qubit{q})
	op.arg = to
	return op
}

// AddReset appends a reset of q.
func (c *Circuit) AddReset(q Qubit) *Op { return c.add(Reset, []Qubit{q}) }

// AddAssign appends the writing of a constant to a clbit.
func (c *Circuit) AddAssign(to Clbit, value bool) *Op {
	op := c.add(Assign, nil)
	op.arg, op.value = to, value
	return op
}

// AddBarrier appends a barrier over qubits; none means all.
func (c *Circuit) AddBarrier(qubits ...Qubit) *Op { return c.add(Barrier, qubits) }

// Copy appends op of another circuit, which must share c's conditions and matrices (see Skeleton), on other qubits. Where their
// number differs, the caller corrects the Controls of what is returned.
func (c *Circuit) Copy(from *Circuit, op Op, qubits []Qubit) *Op {
	n := c.add(op.Kind, qubits)
	n.Gate, n.Controls, n.If, n.Pos, n.arg, n.value = op.Gate, op.Controls, op.If, op.Pos, op.arg, op.value
	if op.Kind == Gate && op.Gate != gate.Unitary {
		n.arg = uint32(len(c.params))
		c.params = append(c.params, from.Params(op)...)
	}
	return n
}

// Mark is a length of a circuit, to which Rewind brings it back.
type Mark struct{ ops, qubits, params, matrices int }

// Ops is how many operations the circuit had.
func (m Mark) Ops() int { return m.ops }

// Mark returns the circuit's present length.
func (c *Circuit) Mark() Mark { return Mark{len(c.Ops), len(c.qubits), len(c.params), len(c.matrices)} }

// Rewind takes back everything that was added since the mark. Only who added it may do so.
func (c *Circuit) Rewind(m Mark) {
	clear(c.matrices[m.matrices:])
	c.Ops, c.qubits, c.params, c.matrices = c.Ops[:m.ops], c.qubits[:m.qubits], c.params[:m.params], c.matrices[:m.matrices]
}

func (c *Circuit) add(k Kind, qubits []Qubit) *Op {
	n := len(c.Ops)
	if n == cap(c.Ops) {
		c.Ops = slices.Grow(c.Ops, 1)
	}
	c.Ops = c.Ops[:n+1]
	op := &c.Ops[n] // set in place: appending a copy of what was just made takes several times as long
	*op = Op{Kind: k, qubits: uint32(len(c.qubits)), nq: uint32(len(qubits))}
	c.qubits = append(c.qubits, qubits...)
	return op
}
