package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// machineSets returns the assembly that this processor and operating system can run.
func machineSets[F Float]() []*Set[F] {
	var all any
	switch any(F(0)).(type) {
	case float64:
		all = sets(avx512F64, avx2F64)
	case float32:
		all = sets(avx512F32, avx2F32)
	}
	return all.([]*Set[F])
}

func sets[F Float](avx512, avx2 func() *Set[F]) (out []*Set[F]) {
	if cpu.X86.HasAVX512F {
		out = append(out, avx512())
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		out = append(out, avx2())
	}
	return out
}

func avx512F64() *Set[float64] {
	return assemble("avx512", 8, loops[float64]{
		{matrix00F64AVX512, matrix01F64AVX512, matrix02F64AVX512}, {matrix10F64AVX512, matrix11F64AVX512}, {matrix20F64AVX512},
	}, exchangeF64AVX512, phasesF64AVX512)
}

func avx512F32() *Set[float32] {
	return assemble("avx512", 16, loops[float32]{
		{matrix00F32AVX512, matrix01F32AVX512, matrix02F32AVX512}, {matrix10F32AVX512, matrix11F32AVX512}, {matrix20F32AVX512},
	}, exchangeF32AVX512, phasesF32AVX512)
}

func avx2F64() *Set[float64] {
	return assemble("avx2", 4, loops[float64]{
		{matrix00F64AVX2, matrix01F64AVX2, matrix02F64AVX2}, {matrix10F64AVX2, matrix11F64AVX2}, {matrix20F64AVX2},
	}, exchangeF64AVX2, phasesF64AVX2)
}

func avx2F32() *Set[float32] {
	return assemble("avx2", 8, loops[float32]{
		{matrix00F32AVX2, matrix01F32AVX2, matrix02F32AVX2}, {matrix10F32AVX2, matrix11F32AVX2}, {matrix20F32AVX2},
	}, exchangeF32AVX2, phasesF32AVX2)
}

// loops are the generated matrix loops by High and Lane, with the parameters of a Matrix one by one.
type loops[F Float] [maxTargets + 1][maxTargets + 1]func(x *F, groups int, fixed, set, s0, s1 uintptr, coef *F, perm *uint32)

// assemble makes a set of generated loops.
func assemble[F Float](
	name string, lanes int, matrix loops[F],
	exchange func(x *F, groups int, fixed, set, from, to uintptr),
	phases func(x *F, groups int, fixed, set uintptr, table, keep *F, re, im F),
) *Set[F] {
	k := &Set[F]{Name: name, Lanes: lanes}
	for high, row := range matrix {
		for lane, loop := range row {
			if loop == nil {
				continue
			}
			k.matrix[high][lane] = func(x []F, m *Matrix[F]) {
				loop(unsafe.SliceData(x), m.Groups, m.Fixed, m.Set, m.Stride[0], m.Stride[1], unsafe.SliceData(m.Coef), unsafe.SliceData(m.perm))
			}
		}
	}
	k.exchange = func(x []F, e *Exchange) {
		exchange(unsafe.SliceData(x), e.Groups, e.Fixed, e.Set, e.From, e.To)
	}
	k.phases = func(x []F, s Span, table, keep []F, re, im F) {
		phases(unsafe.SliceData(x), s.Groups, s.Fixed, s.Set, unsafe.SliceData(table), unsafe.SliceData(keep), re, im)
	}
	return k
}
