package vm

import (
	"context"
	"errors"
	"fmt"

	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/value"
)

// other runs the instructions that Run leaves out.
func (m *Machine) other(ctx context.Context, in *program.Instr, f []uint64, at int32, sink Sink) error {
	switch in.Op {
	case program.Nop:
	case program.ApplyGate:
		if err := m.tick(ctx, gateSteps, at); err != nil {
			return err
		}
		return m.gate(in, at, sink)
	case program.PowBegin:
		sink.PowBegin()
	case program.PowEnd:
		return m.power(in, at, sink)
	case program.Addr:
		f[in.A] = uint64(m.FP) + uint64(in.B)
	case program.Fail:
		return &Error{Code: CodeFailed, Detail: m.program.Messages[in.A], Pos: m.program.Pos[at]}
	case program.DivI, program.DivU, program.RemI, program.RemU:
		return m.division(in, f, at)
	case program.Calculate:
		return m.calculate(ctx, in, f, at)
	default:
		if n := m.block(in, f); n >= 0 {
			return m.tick(ctx, n/4, at)
		}
		simple(in, f)
	}
	return nil
}

// simple runs what neither fails nor reaches beyond a word.
func simple(in *program.Instr, f []uint64) {
	w := 64 - uint(in.W)
	switch in.Op {
	case program.NegI:
		f[in.A] = signed(-f[in.B], w)
	case program.NegU:
		f[in.A] = unsigned(-f[in.B], w)
	case program.NotI:
		f[in.A] = signed(^f[in.B], w)
	case program.NotU:
		f[in.A] = unsigned(^f[in.B], w)
	case program.EqF:
		f[in.A] = truth(float(f[in.B]) == float(f[in.C]))
	case program.NeF:
		f[in.A] = truth(float(f[in.B]) != float(f[in.C]))
	case program.NegF:
		f[in.A] = f[in.B] ^ 1<<63
	default:
		panic("internal error: no instruction " + in.Op.String())
	}
}

// calculate runs an operation of package value.
func (m *Machine) calculate(ctx context.Context, in *program.Instr, f []uint64, at int32) error {
	e := &m.program.Evals[in.W]
	a, b, c := e.Words()
	if err := m.tick(ctx, e.Steps(f[in.C:in.C+c]), at); err != nil {
		return err
	}
	if err := e.Run(f[in.A:in.A+a], f[in.B:in.B+b], f[in.C:in.C+c]); err != nil {
		return m.valueError(err, at)
	}
	return nil
}

// valueError is an operation that has no result.
func (m *Machine) valueError(err error, at int32) error {
	if errors.Is(err, value.ErrDivisionByZero) {
		return m.divisionError(at)
	}
	return &Error{Code: CodeValue, Detail: err.Error(), Next: "test the operands before", Pos: m.program.Pos[at]}
}

// division runs what fails for a divisor of 0.
func (m *Machine) division(in *program.Instr, f []uint64, at int32) error {
	w := 64 - uint(in.W)
	x, y := f[in.B], f[in.C]
	if y == 0 {
		return m.divisionError(at)
	}
	switch in.Op {
	case program.DivI:
		if int64(y) == -1 { // the one quotient that does not fit
			f[in.A] = signed(-x, w)
			return nil
		}
		f[in.A] = signed(uint64(int64(x)/int64(y)), w)
	case program.DivU:
		f[in.A] = unsigned(x/y, w)
	case program.RemI:
		if int64(y) == -1 {
			f[in.A] = 0
			return nil
		}
		f[in.A] = uint64(int64(x) % int64(y))
	case program.RemU:
		f[in.A] = x % y
	}
	return nil
}

func (m *Machine) divisionError(at int32) error {
	return &Error{Code: CodeDivision, Detail: "division by zero", Next: "test the divisor before dividing", Pos: m.program.Pos[at]}
}

func (m *Machine) indexError(in *program.Instr, i int64, at int32) error {
	b := m.program.Bounds[in.C]
	e := &Error{Code: CodeIndex, Pos: m.program.Pos[at]}
	if b.Size == 0 {
		e.Detail = fmt.Sprintf("index %d is out of range: %s has no elements", i, b.Name)
		return e
	}
	e.Detail = fmt.Sprintf("index %d is out of range: %s has the elements 0 to %d", i, b.Name, b.Size-1)
	e.Next = fmt.Sprintf("indices start at 0, and a range includes its end; -1 to -%d count from the end", b.Size)
	return e
}

// block runs what moves many slots, and reports how many, or -1 where the instruction is none of these.
func (m *Machine) block(in *program.Instr, f []uint64) int64 {
	n := int64(in.C)
	switch in.Op {
	case program.MoveN:
		copy(f[in.A:int64(in.A)+n], f[in.B:int64(in.B)+n])
	case program.Clear:
		n = int64(in.B)
		clear(f[in.A : int64(in.A)+n])
	case program.LoadN:
		copy(f[in.A:int64(in.A)+n], m.at(f[in.B], n))
	case program.StoreN:
		copy(m.at(f[in.A], n), f[in.B:int64(in.B)+n])
	case program.Copy:
		copy(m.at(f[in.A], n), m.at(f[in.B], n))
	case program.Extract:
		n = int64(program.Words(int(in.W)))
		extract(f[in.A:int64(in.A)+n], f[in.B:], int(in.C), int(in.W))
	case program.Insert:
		n = int64(program.Words(int(in.W)))
		insert(f[in.A:], f[in.B:int64(in.B)+n], int(in.C), int(in.W))
	default:
		return -1
	}
	return n
}

// at is n slots from an address.
func (m *Machine) at(address uint64, n int64) []uint64 { return m.Mem[address : address+uint64(n)] }

// extract sets to to the n bits of from that begin with bit lo.
func extract(to, from []uint64, lo, n int) {
	k, s := lo/64, uint(lo%64)
	for i := range to {
		x := from[k+i] >> s
		if s > 0 && (i+1)*64-int(s) < n {
			x |= from[k+i+1] << (64 - s)
		}
		to[i] = x
	}
	if r := n % 64; r != 0 {
		to[n/64] &= 1<<r - 1
	}
}

// insert writes the n bits of from over those of to that begin with bit lo.
func insert(to, from []uint64, lo, n int) {
	for i := 0; i < n; i += 64 {
		count := min(64, n-i)
		mask := ^uint64(0) >> (64 - count)
		k, s := (lo+i)/64, uint((lo+i)%64)
		x := from[i/64] & mask
		to[k] = to[k]&^(mask<<s) | x<<s
		if s > 0 && int(s)+count > 64 {
			to[k+1] = to[k+1]&^(mask>>(64-s)) | x>>(64-s)
		}
	}
}
