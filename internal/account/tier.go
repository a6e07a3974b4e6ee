package account

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Tier is what an owner pays for. Its zero value is no tier.
type Tier string

// The tiers.
const (
	Free       Tier = "free"
	Pro        Tier = "pro"
	Enterprise Tier = "enterprise"
)

// Unlimited is the daily limit of a tier that has none.
const Unlimited = 0

// Priority orders waiting jobs. Smaller is sooner. The numbers are kept in the database and are those of the queue, which has 1 to 4.
type Priority int64

// The priorities.
const (
	High   Priority = 1
	Normal Priority = 2
	Low    Priority = 3
)

// Priorities lists them, the soonest first.
func Priorities() []Priority { return []Priority{High, Normal, Low} }

func (p Priority) String() string {
	switch p {
	case High:
		return "high"
	case Normal:
		return "normal"
	case Low:
		return "low"
	}
	return fmt.Sprintf("priority %d", int64(p))
}

// Limits is what a tier allows.
type Limits struct {
	JobsPerDay int64 // accepted jobs a UTC day; Unlimited
	Qubits     int64
	Shots      int64
	Priority   Priority
	Time       time.Duration // of running, a job; the default of a setting of the server
}

var tiers = []struct {
	tier   Tier
	limits Limits
}{
	{Free, Limits{JobsPerDay: 10, Qubits: 20, Shots: 10_000, Priority: Low, Time: time.Minute}},
	{Pro, Limits{JobsPerDay: 100, Qubits: 50, Shots: 100_000, Priority: Normal, Time: 10 * time.Minute}},
	{Enterprise, Limits{JobsPerDay: Unlimited, Qubits: 100, Shots: 1_000_000, Priority: High, Time: time.Hour}},
}

// Tiers lists the tiers, the smallest first.
func Tiers() []Tier {
	var all []Tier
	for _, row := range tiers {
		all = append(all, row.tier)
	}
	return all
}

// ParseTier reads the name of a tier.
func ParseTier(name string) (Tier, error) {
	if t := Tier(name); slices.Contains(Tiers(), t) {
		return t, nil
	}
	return "", fmt.Errorf("unknown tier %q: it is free, pro or enterprise", name)
}

// Limits is what the tier allows. A tier that does not exist allows nothing.
func (t Tier) Limits() Limits {
	for _, row := range tiers {
		if row.tier == t {
			return row.limits
		}
	}
	return Limits{JobsPerDay: -1}
}

// SizeError refuses a circuit that is larger than the tier allows. Its words are the contract's.
type SizeError struct {
	What     string // "qubits" or "shots"
	Have     int64
	Max      int64
	SeeTier  Tier // the tier that refuses
	NextTier Tier // the smallest that would do; "" where none would
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("Circuit exceeds your tier limits (%d %s > %d max).", e.Have, e.What, e.Max)
}

// CheckSize answers with a *SizeError where a circuit has more qubits or shots than the tier allows. Qubits are named first.
func (t Tier) CheckSize(qubits, shots int64) error {
	limits := t.Limits()
	switch {
	case qubits > limits.Qubits:
		return &SizeError{What: "qubits", Have: qubits, Max: limits.Qubits, SeeTier: t, NextTier: enoughFor(qubits, shots)}
	case shots > limits.Shots:
		return &SizeError{What: "shots", Have: shots, Max: limits.Shots, SeeTier: t, NextTier: enoughFor(qubits, shots)}
	}
	return nil
}

func enoughFor(qubits, shots int64) Tier {
	for _, row := range tiers {
		if qubits <= row.limits.Qubits && shots <= row.limits.Shots {
			return row.tier
		}
	}
	return ""
}

// Scope is what a key may be used for.
type Scope string

// The scopes.
const (
	Execute Scope = "execute" // submit and cancel jobs
	Read    Scope = "read"    // see jobs, results and the account
)

// Scopes is a set of scopes, sorted and each once.
type Scopes []Scope

// AllScopes is what a key has where nothing else is asked for.
func AllScopes() Scopes { return Scopes{Execute, Read} }

// ParseScopes reads names separated by commas or spaces; none are all of them.
func ParseScopes(text string) (Scopes, error) {
	var s Scopes
	for _, name := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' }) {
		if !slices.Contains(AllScopes(), Scope(name)) {
			return nil, fmt.Errorf("unknown scope %q: it is execute or read", name)
		}
		s = append(s, Scope(name))
	}
	if len(s) == 0 {
		return AllScopes(), nil
	}
	slices.Sort(s)
	return slices.Compact(s), nil
}

// Has reports whether the scope is among them.
func (s Scopes) Has(scope Scope) bool { return slices.Contains(s, scope) }

// String gives the names separated by commas.
func (s Scopes) String() string {
	names := make([]string, len(s))
	for i, scope := range s {
		names[i] = string(scope)
	}
	return strings.Join(names, ",")
}
