package kernel

// Portable returns the loops in plain Go for blocks of that many lanes, a power of two up to 16. It runs everywhere and is
// what the assembly is compared with.
func Portable[F Float](lanes int) *Set[F] {
	k := &Set[F]{Name: "go", Lanes: lanes, exchange: exchangeGo[F](lanes), phases: phasesGo[F](lanes)}
	for h := range maxTargets + 1 {
		for l := range maxTargets + 1 - h {
			k.matrix[h][l] = matrixGo[F](lanes)
		}
	}
	k.matrix[1][0] = matrix1HighGo[F](lanes)
	k.matrix[2][0] = matrix2HighGo[F](lanes)
	if lanes == 1 {
		k.matrix[1][0] = matrix1Go[F]
		k.matrix[2][0] = matrix2Go[F]
	}
	return k
}

// matrix1Go is matrix1HighGo for blocks of one amplitude, whose coefficients fit registers.
func matrix1Go[F Float](x []F, m *Matrix[F]) {
	c := (*[8]F)(m.Coef)
	c0r, c0i, c1r, c1i, d0r, d0i, d1r, d1i := c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]
	at := uintptr(0)
	for range m.Groups {
		a := (*[2]F)(x[at|m.Set:])
		b := (*[2]F)(x[at|m.Set|m.Stride[0]:])
		ar, ai, br, bi := a[0], a[1], b[0], b[1]
		a[0] = c0r*ar - c0i*ai + d0r*br - d0i*bi
		a[1] = c0r*ai + c0i*ar + d0r*bi + d0i*br
		b[0] = c1r*ar - c1i*ai + d1r*br - d1i*bi
		b[1] = c1r*ai + c1i*ar + d1r*bi + d1i*br
		at = m.next(at)
	}
}

// matrix2Go is matrix2HighGo for blocks of one amplitude.
func matrix2Go[F Float](x []F, m *Matrix[F]) {
	c := (*[32]F)(m.Coef)
	at := uintptr(0)
	for range m.Groups {
		base := at | m.Set
		v := [4]*[2]F{(*[2]F)(x[base:]), (*[2]F)(x[base|m.Stride[0]:]), (*[2]F)(x[base|m.Stride[1]:]), (*[2]F)(x[base|m.Stride[0]|m.Stride[1]:])}
		r0, i0, r1, i1 := v[0][0], v[0][1], v[1][0], v[1][1]
		r2, i2, r3, i3 := v[2][0], v[2][1], v[3][0], v[3][1]
		for o := range 4 {
			c0r, c0i, c1r, c1i := c[2*o], c[2*o+1], c[2*o+8], c[2*o+9]
			c2r, c2i, c3r, c3i := c[2*o+16], c[2*o+17], c[2*o+24], c[2*o+25]
			v[o][0] = c0r*r0 - c0i*i0 + c1r*r1 - c1i*i1 + c2r*r2 - c2i*i2 + c3r*r3 - c3i*i3
			v[o][1] = c0r*i0 + c0i*r0 + c1r*i1 + c1i*r1 + c2r*i2 + c2i*r2 + c3r*i3 + c3i*r3
		}
		at = m.next(at)
	}
}

// matrix1HighGo combines pairs of blocks.
func matrix1HighGo[F Float](lanes int) func(x []F, m *Matrix[F]) {
	return func(x []F, m *Matrix[F]) {
		c := m.Coef[:8*lanes]
		at := uintptr(0)
		for range m.Groups {
			a := x[at|m.Set:][:2*lanes]
			b := x[at|m.Set|m.Stride[0]:][:2*lanes]
			for l := range lanes {
				ar, ai, br, bi := a[l], a[lanes+l], b[l], b[lanes+l]
				c0r, c0i, c1r, c1i := c[l], c[lanes+l], c[2*lanes+l], c[3*lanes+l]
				d0r, d0i, d1r, d1i := c[4*lanes+l], c[5*lanes+l], c[6*lanes+l], c[7*lanes+l]
				a[l] = c0r*ar - c0i*ai + d0r*br - d0i*bi
				a[lanes+l] = c0r*ai + c0i*ar + d0r*bi + d0i*br
				b[l] = c1r*ar - c1i*ai + d1r*br - d1i*bi
				b[lanes+l] = c1r*ai + c1i*ar + d1r*bi + d1i*br
			}
			at = m.next(at)
		}
	}
}

// matrix2HighGo combines four blocks at a time.
func matrix2HighGo[F Float](lanes int) func(x []F, m *Matrix[F]) {
	return func(x []F, m *Matrix[F]) {
		step := 2 * lanes
		at := uintptr(0)
		for range m.Groups {
			base := at | m.Set
			v := [4][]F{x[base:][:step], x[base|m.Stride[0]:][:step], x[base|m.Stride[1]:][:step], x[base|m.Stride[0]|m.Stride[1]:][:step]}
			for l := range lanes {
				r0, r1, r2, r3 := v[0][l], v[1][l], v[2][l], v[3][l]
				i0, i1, i2, i3 := v[0][lanes+l], v[1][lanes+l], v[2][lanes+l], v[3][lanes+l]
				for o := range 4 {
					c := m.Coef[o*step+l:]
					c0r, c0i := c[0], c[lanes]
					c1r, c1i := c[4*step], c[4*step+lanes]
					c2r, c2i := c[8*step], c[8*step+lanes]
					c3r, c3i := c[12*step], c[12*step+lanes]
					v[o][l] = c0r*r0 - c0i*i0 + c1r*r1 - c1i*i1 + c2r*r2 - c2i*i2 + c3r*r3 - c3i*i3
					v[o][lanes+l] = c0r*i0 + c0i*r0 + c1r*i1 + c1i*r1 + c2r*i2 + c2i*r2 + c3r*i3 + c3i*r3
				}
			}
			at = m.next(at)
		}
	}
}

// maxLanes bounds the blocks of matrixGo's working copy: AVX-512 in single precision.
const maxLanes = 16

// matrixGo is any matrix: a copy of the group's blocks is combined with each permutation of its lanes.
func matrixGo[F Float](lanes int) func(x []F, m *Matrix[F]) {
	return func(x []F, m *Matrix[F]) {
		step := 2 * lanes
		ins, perms := 1<<m.High, 1<<m.Lane
		offset := [4]uintptr{0, m.Stride[0], m.Stride[1], m.Stride[0] | m.Stride[1]}
		var copied [4][2 * maxLanes]F
		at := uintptr(0)
		for range m.Groups {
			base := at | m.Set
			for o := range ins {
				copy(copied[o][:step], x[base|offset[o]:])
			}
			for o := range ins {
				out := x[base|offset[o]:][:step]
				for l := range lanes {
					var re, im F
					for in := range ins {
						for d := range perms {
							c := m.Coef[((in*perms+d)*ins+o)*step+l:]
							cr, ci := c[0], c[lanes]
							from := l ^ m.Flip[d]
							xr, xi := copied[in][from], copied[in][lanes+from]
							re += cr*xr - ci*xi
							im += cr*xi + ci*xr
						}
					}
					out[l], out[lanes+l] = re, im
				}
			}
			at = m.next(at)
		}
	}
}

func exchangeGo[F Float](lanes int) func(x []F, e *Exchange) {
	return func(x []F, e *Exchange) {
		at := uintptr(0)
		for range e.Groups {
			a := x[at|e.Set|e.From:][:2*lanes]
			b := x[at|e.Set|e.To:][:len(a)]
			for l, v := range a {
				a[l], b[l] = b[l], v
			}
			at = e.next(at)
		}
	}
}

func phasesGo[F Float](lanes int) func(x []F, s Span, table, keep []F, re, im F) {
	return func(x []F, s Span, table, keep []F, re, im F) {
		at := uintptr(0)
		for range s.Groups {
			v := x[at|s.Set:][:2*lanes]
			t := table[at|s.Set:][:2*lanes]
			for l := range lanes {
				tr, ti := t[l], t[lanes+l]
				cr, ci := keep[l]+tr*re-ti*im, tr*im+ti*re
				vr, vi := v[l], v[lanes+l]
				v[l], v[lanes+l] = cr*vr-ci*vi, cr*vi+ci*vr
			}
			at = s.next(at)
		}
	}
}
