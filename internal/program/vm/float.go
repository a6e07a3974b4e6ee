package vm

import (
	"fmt"
	"math"
	"math/big"

	"github.com/softquantus/qcos/internal/program"
)

func bitsOf(x float64) uint64 { return math.Float64bits(x) }

// Round rounds x to the nearest float of so many bits, 16, 32 or 64, ties to even; what is too large becomes infinite.
func Round(x float64, width int) float64 {
	switch width {
	case 32:
		return float64(float32(x))
	case 16:
		return roundHalf(x)
	}
	return x
}

// roundHalf rounds to IEEE 754 binary16: 11 significant bits, exponents down to -24 and below 16.
func roundHalf(x float64) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	_, e := math.Frexp(x) // 2^(e-1) <= |x| < 2^e
	unit := max(e-11, -24)
	y := math.Ldexp(math.RoundToEven(math.Ldexp(x, -unit)), unit)
	if math.Abs(y) >= 65520 {
		return math.Copysign(math.Inf(1), x)
	}
	return y
}

// bigToFloat is the nearest float, ties to even.
func bigToFloat(x *big.Int) float64 {
	v, _ := new(big.Float).SetInt(x).Float64()
	return v
}

// fromFloat runs the conversions of floats that fail for what is not finite.
func (m *Machine) fromFloat(in *program.Instr, f []uint64, at int32) error {
	x := float(f[in.B])
	if math.IsNaN(x) || math.IsInf(x, 0) {
		what := "an integer"
		if in.Op == program.FToAngle {
			what = "an angle"
		}
		return &Error{Code: CodeValue, Pos: m.program.Pos[at], Detail: fmt.Sprintf("%v cannot become %s", x, what), Next: "test the number before converting it"}
	}
	w := 64 - uint(in.W)
	switch in.Op {
	case program.FToAngle:
		f[in.A] = ToAngle(x, int(in.W))
	case program.FToInt:
		f[in.A] = signed(truncated(x), w)
	case program.FToUint:
		f[in.A] = unsigned(truncated(x), w)
	case program.FToWI, program.FToWU:
		a := f[in.A : int(in.A)+program.Words(int(in.W))]
		y, _ := big.NewFloat(x).Int(nil)
		fromBig(a, y)
		if in.Op == program.FToWI {
			trimSigned(a, int(in.W))
		} else {
			trimUnsigned(a, int(in.W))
		}
	}
	return nil
}

// truncated is x without its fraction, modulo 2^64.
func truncated(x float64) uint64 {
	if math.Abs(x) < 1<<63 {
		return uint64(int64(x))
	}
	y, _ := big.NewFloat(x).Int(nil)
	var a [1]uint64
	fromBig(a[:], y)
	return a[0]
}

// ToAngle is the integer k in 0 … 2^width-1 for which k·2π/2^width is nearest to x modulo 2π.
func ToAngle(x float64, width int) uint64 {
	turns := x / (2 * math.Pi)
	turns -= math.Floor(turns)
	k := math.RoundToEven(math.Ldexp(turns, width))
	if k >= math.Ldexp(1, width) {
		return 0
	}
	return uint64(k)
}
