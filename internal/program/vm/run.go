package vm

import (
	"context"
	"math"

	"github.com/softquantus/qcos/internal/program"
)

// Run goes on until the program ends or asks for a measurement or a reset. Its errors are an *Error, the sink's and the context's;
// after one the machine is of no use.
//
// Instructions that loops are made of are here; the others, in run of package vm's other files, are a call away.
func (m *Machine) Run(ctx context.Context, sink Sink) (Event, error) {
	code := m.program.Code
	f, pc := m.Mem[m.FP:], m.PC
	for {
		in := &code[pc]
		pc++
		w := 64 - uint(in.W)
		switch in.Op {
		case program.Jump:
			goto jump
		case program.JumpIf:
			if f[in.B] != 0 {
				goto jump
			}
		case program.JumpIfNot:
			if f[in.B] == 0 {
				goto jump
			}
		case program.JumpEq:
			if f[in.B] == f[in.C] {
				goto jump
			}
		case program.JumpNe:
			if f[in.B] != f[in.C] {
				goto jump
			}
		case program.JumpLtI:
			if int64(f[in.B]) < int64(f[in.C]) {
				goto jump
			}
		case program.JumpLeI:
			if int64(f[in.B]) <= int64(f[in.C]) {
				goto jump
			}
		case program.JumpLtU:
			if f[in.B] < f[in.C] {
				goto jump
			}
		case program.JumpLeU:
			if f[in.B] <= f[in.C] {
				goto jump
			}
		case program.Set:
			f[in.A] = in.Imm64()
		case program.Move:
			f[in.A] = f[in.B]
		case program.AddI:
			f[in.A] = signed(f[in.B]+f[in.C], w)
		case program.AddU:
			f[in.A] = unsigned(f[in.B]+f[in.C], w)
		case program.AddImmI:
			f[in.A] = signed(f[in.B]+uint64(int64(in.C)), w)
		case program.AddImmU:
			f[in.A] = unsigned(f[in.B]+uint64(int64(in.C)), w)
		case program.SubI:
			f[in.A] = signed(f[in.B]-f[in.C], w)
		case program.SubU:
			f[in.A] = unsigned(f[in.B]-f[in.C], w)
		case program.MulI:
			f[in.A] = signed(f[in.B]*f[in.C], w)
		case program.MulU:
			f[in.A] = unsigned(f[in.B]*f[in.C], w)
		case program.And:
			f[in.A] = f[in.B] & f[in.C]
		case program.Or:
			f[in.A] = f[in.B] | f[in.C]
		case program.Xor:
			f[in.A] = f[in.B] ^ f[in.C]
		case program.ShlI:
			if int64(f[in.C]) < 0 {
				return 0, m.valueError(program.ErrNegativeShift, pc-1)
			}
			f[in.A] = signed(f[in.B]<<f[in.C], w)
		case program.ShlU:
			if int64(f[in.C]) < 0 {
				return 0, m.valueError(program.ErrNegativeShift, pc-1)
			}
			f[in.A] = unsigned(f[in.B]<<f[in.C], w)
		case program.ShrI:
			if int64(f[in.C]) < 0 {
				return 0, m.valueError(program.ErrNegativeShift, pc-1)
			}
			f[in.A] = uint64(int64(f[in.B]) >> f[in.C])
		case program.ShrU:
			if int64(f[in.C]) < 0 {
				return 0, m.valueError(program.ErrNegativeShift, pc-1)
			}
			f[in.A] = f[in.B] >> f[in.C]
		case program.SExt:
			f[in.A] = signed(f[in.B], w)
		case program.ZExt:
			f[in.A] = unsigned(f[in.B], w)
		case program.EqI:
			f[in.A] = truth(f[in.B] == f[in.C])
		case program.NeI:
			f[in.A] = truth(f[in.B] != f[in.C])
		case program.LtI:
			f[in.A] = truth(int64(f[in.B]) < int64(f[in.C]))
		case program.LeI:
			f[in.A] = truth(int64(f[in.B]) <= int64(f[in.C]))
		case program.LtU:
			f[in.A] = truth(f[in.B] < f[in.C])
		case program.LeU:
			f[in.A] = truth(f[in.B] <= f[in.C])
		case program.NotB:
			f[in.A] = truth(f[in.B] == 0)
		case program.AddF:
			f[in.A] = math.Float64bits(float(f[in.B]) + float(f[in.C]))
		case program.SubF:
			f[in.A] = math.Float64bits(float(f[in.B]) - float(f[in.C]))
		case program.MulF:
			f[in.A] = math.Float64bits(float(f[in.B]) * float(f[in.C]))
		case program.DivF:
			f[in.A] = math.Float64bits(float(f[in.B]) / float(f[in.C]))
		case program.LtF:
			f[in.A] = truth(float(f[in.B]) < float(f[in.C]))
		case program.LeF:
			f[in.A] = truth(float(f[in.B]) <= float(f[in.C]))
		case program.IntToF:
			f[in.A] = math.Float64bits(float64(int64(f[in.B])))
		case program.UintToF:
			f[in.A] = math.Float64bits(float64(f[in.B]))
		case program.GetBit:
			f[in.A] = f[in.B+in.C>>6] >> (in.C & 63) & 1
		case program.PutBit:
			at, s := in.A+in.C>>6, in.C&63
			f[at] = f[at]&^(1<<s) | f[in.B]&1<<s
		case program.GetBitAt:
			i := f[in.C]
			f[in.A] = f[uint64(in.B)+i>>6] >> (i & 63) & 1
		case program.PutBitAt:
			i := f[in.C]
			at, s := uint64(in.A)+i>>6, i&63
			f[at] = f[at]&^(1<<s) | f[in.B]&1<<s
		case program.LoadAt:
			f[in.A] = f[uint64(in.B)+f[in.C]]
		case program.StoreAt:
			f[uint64(in.A)+f[in.C]] = f[in.B]
		case program.Load:
			f[in.A] = m.Mem[int64(f[in.B])+int64(in.C)]
		case program.Store:
			m.Mem[int64(f[in.A])+int64(in.C)] = f[in.B]
		case program.CheckIndex:
			n, i := m.program.Bounds[in.C].Size, int64(f[in.B])
			if i < 0 {
				i += n
			}
			if uint64(i) >= uint64(n) {
				return 0, m.indexError(in, int64(f[in.B]), pc-1)
			}
			f[in.A] = uint64(i)
		case program.Call:
			if err := m.tick(ctx, callSteps, pc-1); err != nil {
				return 0, err
			}
			if err := m.call(in, pc-1); err != nil {
				return 0, err
			}
			f, pc = m.Mem[m.FP:], m.PC
		case program.Scratch:
			if err := m.scratch(in, f, pc-1); err != nil {
				return 0, err
			}
			if err := m.tick(ctx, int64(len(m.Mem)-int(m.Mem[m.FP+in.A]))/4, pc-1); err != nil {
				return 0, err
			}
			f = m.Mem[m.FP:]
		case program.Drop:
			m.Mem = m.Mem[:f[in.A]]
			f = m.Mem[m.FP:]
		case program.Return:
			if !m.ret() {
				m.PC = pc - 1
				return Ended, nil
			}
			f, pc = m.Mem[m.FP:], m.PC
		case program.End:
			m.PC = pc - 1
			return Ended, nil
		case program.Measure, program.Reset:
			if err := m.tick(ctx, measureSteps, pc-1); err != nil {
				return 0, err
			}
			m.PC = pc - 1
			m.Qubit = m.qubit(m.program.Qubits[in.B])
			if in.Op == program.Measure {
				return Measures, nil
			}
			return Resets, nil
		default:
			if err := m.other(ctx, in, f, pc-1, sink); err != nil {
				return 0, err
			}
		}
		continue
	jump:
		if in.A < pc {
			if m.Steps += int64(pc - in.A); m.Steps >= m.look {
				if err := m.tick(ctx, 0, pc-1); err != nil {
					return 0, err
				}
			}
		}
		pc = in.A
	}
}

// signed wraps to 64-w bits in two's complement.
func signed(x uint64, w uint) uint64 { return uint64(int64(x<<(w&63)) >> (w & 63)) }

// unsigned wraps to 64-w bits.
func unsigned(x uint64, w uint) uint64 { return x << (w & 63) >> (w & 63) }

func float(x uint64) float64 { return math.Float64frombits(x) }

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
