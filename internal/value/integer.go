package value

import (
	"math/big"
	"math/bits"
)

// Wrap brings the low bits of x into the form of a value of an integer-like type of at most 64 bits: modulo 2^n, with int's sign.
func (t Type) Wrap(x uint64) uint64 {
	spare := 64 - uint(t.Width)
	if t.Kind == Int {
		return uint64(int64(x<<spare) >> spare)
	}
	return x << spare >> spare
}

// normalize does the same for any width: it sets the bits of the highest word that do not belong to the value.
func (t Type) normalize(w []uint64) {
	rest := uint(t.Width) % 64
	last := len(w) - 1
	switch {
	case t.Width == 0:
		w[0] = 0
	case rest == 0:
	case t.Kind == Int:
		w[last] = uint64(int64(w[last]<<(64-rest)) >> (64 - rest))
	default:
		w[last] = w[last] << (64 - rest) >> (64 - rest)
	}
}

// Normalize brings the words of a value whose bits were written one by one back into form.
func (t Type) Normalize(w []uint64) {
	if t.HasBits() {
		t.normalize(w)
	}
}

// GetBit returns bit i of a value with bits.
func GetBit(w []uint64, i int) uint64 { return w[i/64] >> (uint(i) % 64) & 1 }

// SetBit writes bit i. The caller normalizes after the last.
func SetBit(w []uint64, i int, b uint64) {
	w[i/64] = w[i/64]&^(1<<(uint(i)%64)) | b&1<<(uint(i)%64)
}

// negative reports whether the value is below 0.
func (t Type) negative(w []uint64) bool {
	return t.Kind == Int && int64(w[len(w)-1]) < 0
}

// big is the value of an integer-like type as a number.
func (t Type) big(w []uint64) *big.Int {
	x := new(big.Int)
	if t.negative(w) {
		flipped := make([]uint64, len(w))
		for i, v := range w {
			flipped[i] = ^v
		}
		return x.Not(magnitude(flipped))
	}
	return x.Set(magnitude(w))
}

func magnitude(w []uint64) *big.Int {
	const perWord = 64 / bits.UintSize
	list := make([]big.Word, 0, perWord*len(w))
	for _, v := range w {
		for k := range perWord {
			list = append(list, big.Word(v>>(k*bits.UintSize)))
		}
	}
	return new(big.Int).SetBits(list)
}

// setBig stores x modulo 2^n.
func (t Type) setBig(w []uint64, x *big.Int) {
	clear(w)
	abs := new(big.Int).Abs(x)
	if x.Sign() < 0 {
		abs.Sub(abs, big.NewInt(1)) // -x = ^(x-1)
	}
	words := abs.Bits()
	for i, v := range words {
		at := i * bits.UintSize
		if at/64 >= len(w) {
			break
		}
		w[at/64] |= uint64(v) << (at % 64)
	}
	if x.Sign() < 0 {
		for i := range w {
			w[i] = ^w[i]
		}
	}
	t.normalize(w)
}

// narrow reports whether a value fits one word.
func (t Type) narrow() bool { return t.Width <= 64 }

// integerOp applies an arithmetic operator to two values of the same integer-like type; angles count as unsigned.
func integerOp(op Op, t Type, dst, a, b []uint64) error {
	if !t.narrow() {
		return wideOp(op, t, dst, a, b)
	}
	x, y := a[0], b[0]
	switch op {
	case Add:
		x += y
	case Sub:
		x -= y
	case Mul:
		x *= y
	case Div, Mod:
		if y == 0 {
			return ErrDivisionByZero
		}
		x = divide(op, t, x, y)
	case Pow:
		if t.Kind == Int && int64(y) < 0 {
			return ErrNegativePower
		}
		x = power(x, y)
	}
	dst[0] = t.Wrap(x)
	return nil
}

// divide is C's division towards zero, or its remainder with the sign of the dividend.
func divide(op Op, t Type, x, y uint64) uint64 {
	switch {
	case t.Kind == Int && int64(y) == -1: // the one division that overflows
		if op == Mod {
			return 0
		}
		return -x
	case t.Kind == Int && op == Div:
		return uint64(int64(x) / int64(y))
	case t.Kind == Int:
		return uint64(int64(x) % int64(y))
	case op == Div:
		return x / y
	}
	return x % y
}

// power is x^y modulo 2^64.
func power(x, y uint64) uint64 {
	r := uint64(1)
	for ; y > 0; y >>= 1 {
		if y&1 == 1 {
			r *= x
		}
		x *= x
	}
	return r
}

func wideOp(op Op, t Type, dst, a, b []uint64) error {
	if op == Add || op == Sub {
		addWide(op, t, dst, a, b)
		return nil
	}
	if op == Mul && len(dst) <= maxSchoolWords {
		mulWide(t, dst, a, b)
		return nil
	}
	x, y := t.big(a), t.big(b)
	switch op {
	case Mul:
		x.Mul(x, y)
	case Div, Mod:
		if y.Sign() == 0 {
			return ErrDivisionByZero
		}
		if op == Div {
			x.Quo(x, y)
		} else {
			x.Rem(x, y)
		}
	case Pow:
		if y.Sign() < 0 {
			return ErrNegativePower
		}
		ring := new(big.Int).Lsh(big.NewInt(1), uint(t.Width))
		x.Exp(x.Mod(x, ring), y, ring)
	}
	t.setBig(dst, x)
	return nil
}

func addWide(op Op, t Type, dst, a, b []uint64) {
	var carry uint64
	for i := range dst {
		if op == Add {
			dst[i], carry = bits.Add64(a[i], b[i], carry)
		} else {
			dst[i], carry = bits.Sub64(a[i], b[i], carry)
		}
	}
	t.normalize(dst)
}

// maxSchoolWords is up to which width numbers are multiplied word by word; package big has better ways for wider ones.
const maxSchoolWords = 16

// mulWide multiplies modulo 2^n, where signs make no difference.
func mulWide(t Type, dst, a, b []uint64) {
	var sum [maxSchoolWords]uint64 // dst may be a or b
	n := len(dst)
	for i, x := range a {
		carry := uint64(0)
		for j := range n - i {
			high, low := bits.Mul64(x, b[j])
			low, c := bits.Add64(low, carry, 0)
			high += c
			sum[i+j], c = bits.Add64(sum[i+j], low, 0)
			carry = high + c
		}
	}
	copy(dst, sum[:n])
	t.normalize(dst)
}

// bitwise applies and, or, xor.
func bitwise(op Op, dst, a, b []uint64) {
	for i := range dst {
		switch op {
		case And:
			dst[i] = a[i] & b[i]
		case Or:
			dst[i] = a[i] | b[i]
		case Xor:
			dst[i] = a[i] ^ b[i]
		}
	}
}

// compareIntegers orders two values of one integer-like type.
func compareIntegers(t Type, a, b []uint64) int {
	last := len(a) - 1
	if t.Kind == Int && a[last] != b[last] {
		if int64(a[last]) < int64(b[last]) {
			return -1
		}
		return 1
	}
	for i := last; i >= 0; i-- {
		if a[i] != b[i] {
			if a[i] < b[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// Shift moves bits by a distance, towards higher indices for Shl and lower ones for Shr. Bits that leave are lost; what comes in is 0,
// or copies of the sign for Shr of an int. A distance of the width or more is allowed.
func Shift(op Op, t Type, dst, a []uint64, distance uint64) {
	if t.narrow() {
		dst[0] = shiftWord(op, t, a[0], distance)
		return
	}
	fill := uint64(0)
	if op == Shr && t.negative(a) {
		fill = ^fill
	}
	d := int(min(distance, uint64(t.Width)))
	words, rest := d/64, uint(d%64)
	at := func(i int) uint64 {
		switch {
		case i < 0:
			return 0
		case i >= len(a):
			return fill
		}
		return a[i]
	}
	if op == Shl {
		for i := len(dst) - 1; i >= 0; i-- { // downwards: dst may be a
			dst[i] = at(i-words)<<rest | at(i-words-1)>>1>>(63-rest)
		}
	} else {
		for i := range dst {
			dst[i] = at(i+words)>>rest | at(i+words+1)<<1<<(63-rest)
		}
	}
	t.normalize(dst)
}

func shiftWord(op Op, t Type, x, distance uint64) uint64 {
	switch {
	case t.Width == 0:
		return 0
	case op == Shl:
		return t.Wrap(x << distance)
	case t.Kind == Int:
		return uint64(int64(x) >> distance)
	}
	return x >> distance
}

// Rotate turns bits by a distance towards higher indices, or lower ones where it is negative.
func Rotate(t Type, dst, a []uint64, distance int64) {
	n := int64(t.Width)
	if n == 0 {
		return
	}
	d := distance % n
	if d < 0 {
		d += n
	}
	from := append([]uint64(nil), a...)
	clear(dst)
	for i := range int(n) {
		j := i + int(d)
		if j >= int(n) {
			j -= int(n)
		}
		dst[j/64] |= GetBit(from, i) << (uint(j) % 64)
	}
	t.normalize(dst)
}

// PopCount is the number of bits that are 1.
func PopCount(t Type, a []uint64) uint64 {
	n := 0
	for _, w := range a {
		n += bits.OnesCount64(w)
	}
	if t.Kind == Int && t.negative(a) {
		n -= 64*len(a) - int(t.Width) // copies of the sign
	}
	return uint64(n)
}
