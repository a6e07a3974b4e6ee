package stabilizer

// stabilizers are U·Z_k·U† for all k, which generate the group of Paulis that leave the state as it is. Their bits are a transpose of the
// tableau's; each sign is that which makes U† lead back to Z_k.
func (t *tableau) stabilizers() []row {
	rows := newRows(t.n, t.n)
	product := newRows(1, t.n)[0]
	for k := range rows {
		r := &rows[k]
		product.clear()
		for q := range t.n {
			ofX, ofZ := &t.rows[2*q], &t.rows[2*q+1]
			if bit(ofZ.x, k) == 1 { // it anticommutes with Z on q
				flip(r.x, q)
				product.times(ofX)
			}
			if bit(ofX.x, k) == 1 {
				flip(r.z, q)
				product.times(ofZ)
			}
		}
		r.phase = (4 - product.phase) & 3
	}
	return rows
}

// reduce brings commuting rows on n qubits to reduced echelon form, X parts first, signs included.
func reduce(rows []row, n int) {
	done := 0
	for column := range 2 * n {
		part := func(r *row) []uint64 { return r.x }
		if column >= n {
			part = func(r *row) []uint64 { return r.z }
		}
		pivot := -1
		for i := done; i < len(rows); i++ {
			if bit(part(&rows[i]), column%n) == 1 {
				pivot = i
				break
			}
		}
		if pivot < 0 {
			continue
		}
		rows[done], rows[pivot] = rows[pivot], rows[done]
		for i := range rows {
			if i != done && bit(part(&rows[i]), column%n) == 1 {
				rows[i].times(&rows[done])
			}
		}
		if done++; done == len(rows) {
			return
		}
	}
}
