// Package vm runs programs: an interpreter that stops wherever the answer of a quantum state is needed. It knows no state and no
// engine: gates are handed to a Sink, and a measurement is an Event that its user answers.
package vm

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/program"
)

// Steps. A backward jump counts the instructions from its target to itself, a call those of a short function, an operation on
// values wider than a word its words, a gate and a measurement or reset of a small state what makes them last about as long as that many
// instructions.
const (
	callSteps    = 16
	gateSteps    = 100
	measureSteps = 2000
	// maxCalls is how many calls may be in progress at once.
	maxCalls = 1 << 20
	// checkEvery is after how many steps the context is looked at again.
	checkEvery = 1 << 18
)

// Sink takes the gates that a machine comes to.
type Sink interface {
	// Gate applies g with its parameters and qubits. The slices are only good during the call.
	Gate(g *program.Gate, params []float64, qubits []circuit.Qubit, pos diag.Pos) error
	// PowBegin collects the gates to come; it nests.
	PowBegin()
	// PowEnd applies what was collected since the matching PowBegin to the power of exponent, under controls.
	PowEnd(exponent float64, controls []circuit.Qubit, pos diag.Pos) error
}

// Event is why a machine stopped.
type Event uint8

// The events.
const (
	Ended    Event = iota // the program is through
	Measures              // it measures Machine.Qubit and goes on after Answer
	Resets                // it resets Machine.Qubit and goes on after Answer
)

// Limits bound a run.
type Limits struct {
	Steps int64 // of one history of the program
	Words int64 // of memory of one machine, 8 bytes each
}

// MaxWords is how large one memory of a program may be where so many bytes may be used in all: a quarter, and never more than half a
// gibibyte. 0 is no limit of bytes.
func MaxWords(bytes int64) int64 {
	const most, share = 1 << 26, 4 * 8
	if bytes == 0 {
		return most
	}
	return min(most, bytes/share)
}

// Error is a fault of the program while it runs.
type Error struct {
	Code   string // a stable word
	Detail string
	Next   string // what to do; may be empty
	Pos    diag.Pos
}

func (e *Error) Error() string { return e.Detail }

// The codes of Error.
const (
	CodeSteps    = "step_limit"
	CodeMemory   = "memory_limit"
	CodeDivision = "division_by_zero"
	CodeIndex    = "index_out_of_range"
	CodeValue    = "undefined_value"
	CodeQubits   = "repeated_qubit"
	CodeFailed   = "failed"
)

// Return is where a call goes on, and the frame that it goes on in: Mem[FP:End].
type Return struct{ PC, FP, End int32 }

// Machine is a program in progress. Its exported members are its whole state: two machines of one program with equal ones go on
// alike. Copy one with CopyFrom. It belongs to one goroutine at a time.
type Machine struct {
	Mem   []uint64 // all frames, the main program's first
	PC    int32    // the next instruction
	FP    int32    // where the frame at hand begins
	Stack []Return // of the calls in progress, the main program's first
	Steps int64    // so far
	Qubit circuit.Qubit

	program *program.Program
	limits  Limits
	look    int64     // at how many steps to look at the limits again
	params  []float64 // scratch
	qubits  []circuit.Qubit
}

// New returns a machine at the start of a program.
func New(p *program.Program, l Limits) (*Machine, error) {
	main := &p.Funcs[0]
	if int64(main.Frame) > l.Words {
		return nil, memoryError(l.Words, p.Pos[main.Entry])
	}
	return &Machine{Mem: make([]uint64, main.Frame), PC: main.Entry, program: p, limits: l}, nil
}

// CopyFrom makes m a copy of another machine of the same program.
func (m *Machine) CopyFrom(o *Machine) {
	m.program, m.limits = o.program, o.limits
	m.Mem = append(m.Mem[:0], o.Mem...)
	m.Stack = append(m.Stack[:0], o.Stack...)
	m.PC, m.FP, m.Steps, m.Qubit, m.look = o.PC, o.FP, o.Steps, o.Qubit, o.look
}

// Restore makes the machine go on elsewhere: with a memory, which becomes its own, behind an event or at the start.
func (m *Machine) Restore(mem []uint64, pc, fp int32, stack []Return, steps int64, q circuit.Qubit) {
	m.Mem, m.PC, m.FP, m.Steps, m.Qubit, m.look = mem, pc, fp, steps, q, 0
	m.Stack = append(m.Stack[:0], stack...)
}

// Words is how many slots of memory the frames take.
func (m *Machine) Words() int { return len(m.Mem) }

// Pos is the source position of the instruction that the machine has stopped at.
func (m *Machine) Pos() diag.Pos { return m.program.Pos[m.PC] }

// Answer tells what a Measures found, or after a Resets that it is done, and brings the machine past it.
func (m *Machine) Answer(one bool) {
	in := m.program.Code[m.PC]
	if in.Op == program.Measure {
		v := uint64(0)
		if one {
			v = 1
		}
		m.Mem[m.FP+in.A] = v
	}
	m.PC++
}

func memoryError(have int64, pos diag.Pos) error {
	return &Error{
		Code: CodeMemory, Pos: pos, Next: "use a larger --max-memory, smaller arrays, or less recursion",
		Detail: fmt.Sprintf("the program's variables take more than %d bytes of memory", have*8),
	}
}

// call enters a function.
func (m *Machine) call(in *program.Instr, at int32) error {
	f := &m.program.Funcs[in.A]
	if len(m.Stack) >= maxCalls {
		return &Error{
			Code: CodeMemory, Pos: m.program.Pos[at], Next: "see that the recursion ends",
			Detail: fmt.Sprintf("%d calls are in progress at once: this one is too many", maxCalls),
		}
	}
	m.Stack = append(m.Stack, Return{at + 1, m.FP, int32(len(m.Mem))})
	m.FP += in.B
	end := int64(m.FP) + int64(f.Frame)
	if end+2*int64(len(m.Stack)) > m.limits.Words {
		return memoryError(m.limits.Words, m.program.Pos[at])
	}
	from := int(m.FP) + int(f.Params)
	m.Mem = slices.Grow(m.Mem[:from], int(end)-from)[:end] // what lay above the arguments is nobody's any more
	clear(m.Mem[from:])
	m.PC = f.Entry
	return nil
}

// scratch gives a function memory behind its frame.
func (m *Machine) scratch(in *program.Instr, f []uint64, at int32) error {
	first, n := len(m.Mem), f[in.B]
	if n > uint64(m.limits.Words) || int64(first)+int64(n) > m.limits.Words {
		return memoryError(m.limits.Words, m.program.Pos[at])
	}
	f[in.A] = uint64(first)
	m.Mem = slices.Grow(m.Mem, int(n))[:first+int(n)]
	return nil
}

// ret leaves a function and reports whether it was not the main program. Results lie in the caller's frame already.
func (m *Machine) ret() bool {
	last := len(m.Stack) - 1
	if last < 0 {
		return false
	}
	r := m.Stack[last]
	m.Stack = m.Stack[:last]
	m.PC, m.FP = r.PC, r.FP
	end := int(r.End)
	m.Mem = slices.Grow(m.Mem, max(0, end-len(m.Mem)))[:end]
	return true
}

// qubit resolves an operand.
func (m *Machine) qubit(q program.Qubit) circuit.Qubit {
	if q.Slot < 0 {
		return q.First
	}
	n := m.Mem[m.FP+q.Slot]
	if n < uint64(q.First) || n >= uint64(q.First)+uint64(q.Size) {
		panic(fmt.Sprintf("internal error: qubit %d is not one of %d to %d", n, q.First, q.First+q.Size-1))
	}
	return circuit.Qubit(n)
}

// operands resolves operands, which must be different.
func (m *Machine) operands(list []program.Qubit, at int32) error {
	m.qubits = m.qubits[:0]
	varying := false
	for _, q := range list {
		m.qubits = append(m.qubits, m.qubit(q))
		varying = varying || q.Slot >= 0
	}
	if !varying {
		return nil
	}
	for i, q := range m.qubits {
		if slices.Contains(m.qubits[:i], q) {
			return &Error{
				Code: CodeQubits, Pos: m.program.Pos[at], Next: "give the gate different qubits",
				Detail: "the gate's operands are not different qubits: the same qubit is given twice",
			}
		}
	}
	return nil
}

// gate hands a gate to the sink.
func (m *Machine) gate(in *program.Instr, at int32, sink Sink) error {
	g := &m.program.Gates[in.A]
	m.params = m.params[:0]
	for _, x := range g.Params {
		v := x.Value
		if x.Slot >= 0 {
			v = math.Float64frombits(m.Mem[m.FP+x.Slot])
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return &Error{
					Code: CodeValue, Pos: m.program.Pos[at], Next: "give the gate finite numbers",
					Detail: fmt.Sprintf("a parameter of the gate is %v, which is no angle", v),
				}
			}
		}
		m.params = append(m.params, v)
	}
	if err := m.operands(g.Qubits, at); err != nil {
		return err
	}
	return sink.Gate(g, m.params, m.qubits, m.program.Pos[at])
}

// power hands the end of a pow to the sink.
func (m *Machine) power(in *program.Instr, at int32, sink Sink) error {
	e := math.Float64frombits(m.Mem[m.FP+in.A])
	if math.IsNaN(e) || math.IsInf(e, 0) {
		return &Error{Code: CodeValue, Pos: m.program.Pos[at], Detail: fmt.Sprintf("the exponent of pow is %v, which is no number", e), Next: "give pow a finite number"}
	}
	if err := m.operands(m.program.Pows[in.B].Controls, at); err != nil {
		return err
	}
	return sink.PowEnd(e, m.qubits, m.program.Pos[at])
}

// tick counts steps, and looks at the context now and then.
func (m *Machine) tick(ctx context.Context, steps int64, at int32) error {
	m.Steps += steps
	if m.Steps < m.look {
		return nil
	}
	if m.Steps > m.limits.Steps {
		return &Error{
			Code: CodeSteps, Pos: m.program.Pos[at], Next: "if the program ends at all, give it more steps with --max-steps",
			Detail: fmt.Sprintf("the program was stopped here after %d steps: it may never end", m.limits.Steps),
		}
	}
	m.look = min(m.Steps+checkEvery, m.limits.Steps+1)
	return ctx.Err()
}
