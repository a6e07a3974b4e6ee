package program

// Reachable calls f with the instructions of the main program and of every function that it may call, in the order of the code, until f
// returns false.
func (p *Program) Reachable(f func(at int32, in Instr) bool) {
	called := p.called()
	for i := range p.Funcs {
		if !called[i] {
			continue
		}
		for at := p.Funcs[i].Entry; at < p.Funcs[i].End; at++ {
			if !f(at, p.Code[at]) {
				return
			}
		}
	}
}

// called tells the functions that the main program may reach.
func (p *Program) called() []bool {
	called := make([]bool, len(p.Funcs))
	for work := []int32{0}; len(work) > 0; {
		f := &p.Funcs[work[0]]
		called[work[0]] = true
		work = work[1:]
		for _, in := range p.Code[f.Entry:f.End] {
			if in.Op == Call && !called[in.A] {
				called[in.A] = true
				work = append(work, in.A)
			}
		}
	}
	return called
}

// has reports whether an instruction that the program may come to is of a kind.
func (p *Program) has(is func(Instr) bool) (found bool) {
	p.Reachable(func(_ int32, in Instr) bool {
		found = is(in)
		return !found
	})
	return found
}

// Quantum reports whether the program may do anything to a state.
func (p *Program) Quantum() bool {
	return p.has(func(in Instr) bool { return changesState(in) || in.Op == Measure })
}

// Measures reports whether the program measures by itself.
func (p *Program) Measures() bool {
	return p.Measured || p.has(func(in Instr) bool { return in.Op == Measure })
}
