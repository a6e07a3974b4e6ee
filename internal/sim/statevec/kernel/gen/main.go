// Command gen writes the assembly of package kernel: for AVX2 and AVX-512 and for both precisions, each matrix shape, exchanges and
// tables of phases. Run it by go generate in package kernel.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// target is a vector extension at one precision.
type target struct {
	name      string
	width     int // of a vector in bytes
	registers int
	size      int // of an element in bytes
	vector    func() reg.VecVirtual
}

func main() {
	zmm := func() reg.VecVirtual { return ZMM() }
	ymm := func() reg.VecVirtual { return YMM() }
	for _, t := range []target{
		{"F64AVX512", 64, 32, 8, zmm},
		{"F32AVX512", 64, 32, 4, zmm},
		{"F64AVX2", 32, 16, 8, ymm},
		{"F32AVX2", 32, 16, 4, ymm},
	} {
		for high := range 3 {
			for lane := range 3 - high {
				t.matrix(high, lane)
			}
		}
		t.exchange()
		t.phases()
	}
	Generate()
}

func (t target) float() string { return fmt.Sprintf("float%d", 8*t.size) }

func (t target) scale() uint64 { return map[int]uint64{4: 2, 8: 3}[t.size] }

func (t target) load(from, to Op) {
	if t.size == 8 {
		VMOVUPD(from, to)
	} else {
		VMOVUPS(from, to)
	}
}

func (t target) zero(to Op) {
	if t.size == 8 {
		VXORPD(to, to, to)
	} else {
		VXORPS(to, to, to)
	}
}

func (t target) mul(a, b, to Op) {
	if t.size == 8 {
		VMULPD(a, b, to)
	} else {
		VMULPS(a, b, to)
	}
}

// add does to += a·b.
func (t target) add(a, b, to Op) {
	if t.size == 8 {
		VFMADD231PD(a, b, to)
	} else {
		VFMADD231PS(a, b, to)
	}
}

// subtract does to -= a·b.
func (t target) subtract(a, b, to Op) {
	if t.size == 8 {
		VFNMADD231PD(a, b, to)
	} else {
		VFNMADD231PS(a, b, to)
	}
}

// permute moves whole elements with AVX-512 and 32-bit words with AVX2, which has nothing wider for all of a vector.
func (t target) permute(from, index, to Op) {
	if t.size == 8 && t.width == 64 {
		VPERMPD(from, index, to)
	} else {
		VPERMPS(from, index, to)
	}
}

func (t target) broadcast(from, to Op) {
	if t.size == 8 {
		VBROADCASTSD(from, to)
	} else {
		VBROADCASTSS(from, to)
	}
}

// flushDenormals makes arithmetic take and give zeros for denormal numbers, which some processors handle a hundred times slower than
// others. The returned function restores what was; nothing else runs on the thread in between, for Go does not preempt assembly.
func flushDenormals() (restore func()) {
	const flushToZero, denormalsAreZero = 0x8000, 0x0040
	before, now := AllocLocal(4), AllocLocal(4)
	r := GP32()
	STMXCSR(before)
	MOVL(before, r)
	ORL(U32(flushToZero|denormalsAreZero), r)
	MOVL(r, now)
	LDMXCSR(now)
	return func() { LDMXCSR(before) }
}

// walk emits a loop over the groups of a Span: body gets the register that holds a group's free bits in bytes. The first parameters
// of the function must be x, groups, fixed and set; base is x plus set.
func (t target) walk(setUp func(base reg.GPVirtual), body func(at reg.GPVirtual)) {
	base := GP64()
	Load(Param("x"), base)
	groups := Load(Param("groups"), GP64())
	fixed := Load(Param("fixed"), GP64())
	set := Load(Param("set"), GP64())
	SHLQ(Imm(t.scale()), set)
	ADDQ(set, base)
	SHLQ(Imm(t.scale()), fixed)
	ORQ(Imm(uint64(t.size-1)), fixed)
	free := GP64()
	MOVQ(fixed, free)
	NOTQ(free)
	setUp(base)
	restore := flushDenormals()
	at := GP64()
	XORQ(at, at)
	TESTQ(groups, groups)
	JE(LabelRef("done"))
	Label("loop")
	body(at)
	ORQ(fixed, at)
	INCQ(at)
	ANDQ(free, at)
	DECQ(groups)
	JNE(LabelRef("loop"))
	Label("done")
	restore()
	VZEROUPPER()
	RET()
}

// pointer is base plus a parameter in elements.
func (t target) pointer(base reg.Register, parameters ...string) reg.GPVirtual {
	p := GP64()
	MOVQ(base, p)
	for _, name := range parameters {
		s := Load(Param(name), GP64())
		SHLQ(Imm(t.scale()), s)
		ADDQ(s, p)
	}
	return p
}
