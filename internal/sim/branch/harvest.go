package branch

import (
	"github.com/softquantus/qcos/internal/sim"
)

// harvest is what a run needs whatever drives its branches, a circuit or a program: the wishes, the random numbers, and what has been
// gathered of the answers.
type harvest struct {
	request       *sim.Request
	start         func() (State, error)
	exact         bool // follow outcomes without shots too
	probabilities bool // records have weights
	limit         int  // of branches and outcomes, where exact
	certain       float64

	pool     pool        // of what merged branches leave
	index    index       // for finding equal records
	progress progress    // what the user is told
	outcomes outcomes    // of the branches that are through
	answers  finalStates // likewise
	branches int
	peak     int64
}

func newHarvest(r *sim.Request, start func() (State, error)) harvest {
	h := harvest{request: r, start: start, probabilities: r.Want.Has(sim.Probabilities), limit: r.MaxOutcomes, certain: certainDouble, branches: 1}
	h.exact = h.keepState() || h.probabilities
	if h.limit == 0 {
		h.limit = defaultMaxOutcomes
	}
	if r.Precision == sim.Single {
		h.certain = certainSingle
	}
	h.answers.init(r)
	h.progress.init(r)
	return h
}

// keepState reports whether the state at the end matters.
func (h *harvest) keepState() bool { return h.request.Want&(sim.Amplitudes|sim.Expectations) != 0 }

func (h *harvest) shots() int {
	if h.request.Want&(sim.Counts|sim.Memory) == 0 {
		return 0
	}
	return h.request.Shots
}

// follows reports whether a branch of so many shots and such a probability matters.
func (h *harvest) follows(shots int, weight float64) bool {
	return shots > 0 || h.exact && weight >= minWeight
}

// minWeight is the probability below which exact answers leave a branch out: the limit on branches keeps the sum of all that is left
// out near 1e-12.
const minWeight = 1e-18

// keeps reports whether a record is worth holding beside others.
func (h *harvest) keeps(r *record) bool {
	return r.count > 0 || h.probabilities && r.weight >= minWeight
}

func (h *harvest) weightOf(r *record) float64 {
	if h.probabilities {
		return r.weight
	}
	return 0
}

// checkMemory notes the bytes that the records take, and refuses more than the request allows.
func (h *harvest) checkMemory(need int64) error {
	h.peak = max(h.peak, need)
	if have := h.request.MaxMemory; have > 0 && need > have {
		return &sim.LimitError{What: "memory", Need: need, Have: have}
	}
	return nil
}

func (h *harvest) checkOutcomes() error {
	if n := h.outcomes.likely; n > h.limit {
		return &sim.LimitError{What: "outcomes", Need: int64(n), Have: int64(h.limit)}
	}
	return nil
}
