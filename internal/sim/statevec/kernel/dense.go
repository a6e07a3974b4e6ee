package kernel

// Dense applies a row-major matrix of any size to the positions at, its lowest qubit first, where all positions in ones are
// 1, among the 1<<n amplitudes of x. It is for the rare matrices beyond two qubits: it takes 2^len(at) operations an amplitude
// and memory of 2^len(at) amplitudes.
func (k *Set[F]) Dense(x []F, n int, at []int, ones uint64, m []complex128) {
	size := 1 << len(at)
	offset, value := make([]int, size), make([]complex128, size)
	fixed := ones
	for i := range offset {
		offset[i] = spread(i, at)
	}
	fixed |= uint64(offset[size-1])
	for i := range uint64(1) << n {
		if i&fixed != ones {
			continue
		}
		for j, o := range offset {
			e := k.Index(int(i) | o)
			value[j] = complex(float64(x[e]), float64(x[e+k.Lanes]))
		}
		for r, o := range offset {
			var sum complex128
			for c, v := range value {
				sum += m[r*size+c] * v
			}
			e := k.Index(int(i) | o)
			x[e], x[e+k.Lanes] = F(real(sum)), F(imag(sum))
		}
	}
}
