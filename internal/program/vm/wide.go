package vm

import (
	"math/big"
	"math/bits"

	"github.com/softquantus/qcos/internal/program"
)

// trimUnsigned clears the bits from n on.
func trimUnsigned(x []uint64, n int) {
	if r := n % 64; r != 0 {
		x[n/64] &= 1<<r - 1
	}
}

// trimSigned makes the bits from n on repeat bit n-1.
func trimSigned(x []uint64, n int) {
	if r := uint(n % 64); r != 0 {
		x[n/64] = signed(x[n/64], 64-r)
	}
}

// isSigned tells the instructions whose operands and results are signed.
var isSigned = map[program.Op]bool{
	program.WAddI: true, program.WSubI: true, program.WMulI: true, program.WDivI: true, program.WRemI: true, program.WPowI: true, program.WNegI: true,
	program.WNotI: true, program.WShlI: true, program.WShrI: true, program.WCmpI: true, program.WIToF: true, program.FToWI: true, program.WSExt: true,
}

// wide runs an instruction on values of any width.
func (m *Machine) wide(in *program.Instr, f []uint64, at int32) error {
	n := int(in.W)
	words := program.Words(n)
	value := func(slot int32) []uint64 { return f[slot : int(slot)+words] }
	s := isSigned[in.Op]
	switch in.Op {
	case program.WPop:
		f[in.A] = popcounts(value(in.B))
		return nil
	case program.WCmpI, program.WCmpU:
		f[in.A] = uint64(int64(compare(value(in.B), value(in.C), s)))
		return nil
	case program.WIToF, program.WUToF:
		f[in.A] = bitsOf(bigToFloat(toBig(value(in.B), s)))
		return nil
	case program.WSExt, program.WZExt:
		extend(value(in.A), f[in.B:], n, int(in.C), s)
		return nil
	}
	a := value(in.A)
	switch in.Op {
	case program.WAddI, program.WAddU, program.WSubI, program.WSubU, program.WNegI, program.WNegU, program.WAnd, program.WOr, program.WXor, program.WNotI, program.WNotU:
		wordwise(in, a, value, f)
	case program.WShlI, program.WShlU, program.WShrI, program.WShrU, program.WRotL, program.WRotR:
		shifts(in.Op, a, value(in.B), f[in.C], n)
	default:
		if err := m.bigwise(in, a, value, f, at); err != nil {
			return err
		}
	}
	if s {
		trimSigned(a, n)
	} else {
		trimUnsigned(a, n)
	}
	return nil
}

// wordwise runs what goes from word to word.
func wordwise(in *program.Instr, a []uint64, value func(int32) []uint64, f []uint64) {
	b := value(in.B)
	carry := uint64(0)
	for i := range a {
		switch in.Op {
		case program.WAddI, program.WAddU:
			a[i], carry = bits.Add64(b[i], f[int(in.C)+i], carry)
		case program.WSubI, program.WSubU:
			a[i], carry = bits.Sub64(b[i], f[int(in.C)+i], carry)
		case program.WNegI, program.WNegU:
			a[i], carry = bits.Sub64(0, b[i], carry)
		case program.WAnd:
			a[i] = b[i] & f[int(in.C)+i]
		case program.WOr:
			a[i] = b[i] | f[int(in.C)+i]
		case program.WXor:
			a[i] = b[i] ^ f[int(in.C)+i]
		case program.WNotI, program.WNotU:
			a[i] = ^b[i]
		}
	}
}

// shifts runs shifts and rotations of n bits.
func shifts(op program.Op, a, b []uint64, by uint64, n int) {
	switch op {
	case program.WRotL, program.WRotR:
		k := int64(by) % int64(n)
		if op == program.WRotR {
			k = -k
		}
		k = (k + int64(n)) % int64(n)
		x := append([]uint64(nil), b...)
		low := make([]uint64, len(a))
		shiftLeft(a, x, int(k))
		shiftRight(low, x, n-int(k), 0)
		for i := range a {
			a[i] |= low[i]
		}
	case program.WShlI, program.WShlU:
		shiftLeft(a, b, int(min(by, uint64(n))))
	default:
		fill := uint64(0)
		if op == program.WShrI && int64(b[len(b)-1]) < 0 {
			fill = ^uint64(0)
		}
		shiftRight(a, b, int(min(by, uint64(n))), fill)
	}
}

// shiftLeft sets a to b shifted by k; they may be the same.
func shiftLeft(a, b []uint64, k int) {
	words, s := k/64, uint(k%64)
	for i := len(a) - 1; i >= 0; i-- {
		x := uint64(0)
		if j := i - words; j >= 0 {
			x = b[j] << s
			if s > 0 && j > 0 {
				x |= b[j-1] >> (64 - s)
			}
		}
		a[i] = x
	}
}

// shiftRight sets a to b shifted by k; words of fill follow from above.
func shiftRight(a, b []uint64, k int, fill uint64) {
	words, s := k/64, uint(k%64)
	word := func(j int) uint64 {
		if j < len(b) {
			return b[j]
		}
		return fill
	}
	for i := range a {
		x := word(i+words) >> s
		if s > 0 {
			x |= word(i+words+1) << (64 - s)
		}
		a[i] = x
	}
}

// bigwise runs what package big does.
func (m *Machine) bigwise(in *program.Instr, a []uint64, value func(int32) []uint64, f []uint64, at int32) error {
	s := isSigned[in.Op]
	x := toBig(value(in.B), s)
	switch in.Op {
	case program.WPowI, program.WPowU:
		e := int64(f[in.C])
		if e < 0 {
			return m.exponentError(e, at)
		}
		modulus := new(big.Int).Lsh(big.NewInt(1), uint(in.W))
		x.Exp(x.Mod(x, modulus), big.NewInt(e), modulus)
		fromBig(a, x)
		return nil
	}
	y := toBig(value(in.C), s)
	switch in.Op {
	case program.WMulI, program.WMulU:
		x.Mul(x, y)
	case program.WDivI, program.WDivU, program.WRemI, program.WRemU:
		if y.Sign() == 0 {
			return m.divisionError(at)
		}
		if in.Op == program.WDivI || in.Op == program.WDivU {
			x.Quo(x, y)
		} else {
			x.Rem(x, y)
		}
	}
	fromBig(a, x)
	return nil
}

// extend sets a, of n bits, to the lowest from bits of b, with their sign or with zeros above.
func extend(a, b []uint64, n, from int, sign bool) {
	k := program.Words(min(n, from))
	copy(a, b[:k])
	if from < n {
		top := a[:k]
		if sign {
			trimSigned(top, from)
		} else {
			trimUnsigned(top, from)
		}
		fill := uint64(0)
		if sign && k > 0 && int64(a[k-1]) < 0 {
			fill = ^uint64(0)
		}
		for i := k; i < len(a); i++ {
			a[i] = fill
		}
		return
	}
	if sign {
		trimSigned(a, n)
	} else {
		trimUnsigned(a, n)
	}
}

func popcounts(x []uint64) (n uint64) {
	for _, w := range x {
		n += popcount(w)
	}
	return n
}

// compare orders values of equal length.
func compare(a, b []uint64, sign bool) int {
	for i := len(a) - 1; i >= 0; i-- {
		x, y := a[i], b[i]
		if sign && i == len(a)-1 {
			x, y = x^1<<63, y^1<<63
		}
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
	}
	return 0
}

// toBig is the integer in words.
func toBig(words []uint64, sign bool) *big.Int {
	list := make([]big.Word, 0, len(words)*64/bits.UintSize)
	for _, w := range words {
		for k := 0; k < 64; k += bits.UintSize {
			list = append(list, big.Word(w>>k))
		}
	}
	x := new(big.Int).SetBits(list)
	if sign && len(words) > 0 && int64(words[len(words)-1]) < 0 {
		x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(64*len(words))))
	}
	return x
}

// fromBig writes x modulo 2^(64·len(a)).
func fromBig(a []uint64, x *big.Int) {
	list := x.Bits()
	for i := range a {
		a[i] = 0
		for k := 0; k < 64; k += bits.UintSize {
			if j := (64*i + k) / bits.UintSize; j < len(list) {
				a[i] |= uint64(list[j]) << k
			}
		}
	}
	if x.Sign() < 0 {
		carry := uint64(0)
		for i := range a {
			a[i], carry = bits.Sub64(0, a[i], carry)
		}
	}
}
