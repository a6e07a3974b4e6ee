package branch

import "github.com/softquantus/qcos/internal/sim"

// progress turns the places that branches have reached into one rising fraction. A branch counts as much as the shots or the
// probability that it has.
type progress struct {
	call   func(float64)
	ops    int
	shots  int // 0: branches count by probability
	done   float64
	parked float64
	last   float64
}

// leastProgress is the smallest step that is told.
const leastProgress = 1. / 256

func (p *progress) init(r *sim.Request) {
	p.call, p.ops = r.Progress, len(r.Circuit.Ops)
	if r.Want&^(sim.Counts|sim.Memory) == 0 {
		p.shots = r.Shots
	}
}

func (p *progress) share(b *branch) float64 {
	if p.shots > 0 {
		return float64(b.shots) / float64(p.shots)
	}
	return b.weight
}

// at tells that the frontier has come to an op.
func (p *progress) at(op int) {
	if p.call == nil {
		return
	}
	p.tell(p.done+max(0, 1-p.done-p.parked)*float64(op)/float64(p.ops), leastProgress)
}

func (p *progress) finished(b *branch) { p.done += p.share(b) }

// tellFinished tells what is through: of a program nobody knows how far it is otherwise.
func (p *progress) tellFinished() {
	if p.call != nil {
		p.tell(p.done, leastProgress)
	}
}

func (p *progress) end() {
	if p.call != nil {
		p.tell(1, 0)
	}
}

func (p *progress) tell(fraction, least float64) {
	if fraction = min(fraction, 1); fraction > p.last && fraction >= p.last+least {
		p.last = fraction
		p.call(fraction)
	}
}

// reportOps asks a new state to tell how far it is within a range of gates.
func (t *harvest) reportOps(s State) {
	if p, ok := s.(Progresser); ok && t.progress.call != nil {
		p.OnProgress(t.progress.at)
	}
}
