package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/softquantus/qcos/internal/account"
)

// countName is what accepted jobs are counted by: an owner or a family of keys, and the day.
type countName struct {
	owner  int64
	family string
	day    account.Day
}

// count is one of them in a transaction.
type count struct {
	before   int64 // accepted before the transaction
	asked    int64 // that the transaction would accept
	accepted int64 // that it does
}

// full reports that one more would pass the limit.
func (c *count) full(limit int64) bool {
	return limit != account.Unlimited && c.before+c.accepted >= limit
}

// counts are the counts that a transaction touches.
type counts struct {
	all                 map[countName]*count
	raising, correcting string
	args                func(n countName, by int64) []any
}

func ownerCounts() *counts {
	return &counts{
		all: map[countName]*count{},
		raising: `INSERT INTO usage (owner_id, day, jobs) VALUES ($1, $2, $3)
			ON CONFLICT (owner_id, day) DO UPDATE SET jobs = usage.jobs + excluded.jobs RETURNING jobs`,
		correcting: "UPDATE usage SET jobs = jobs - $3 WHERE owner_id = $1 AND day = $2",
		args:       func(n countName, by int64) []any { return []any{n.owner, int64(n.day), by} },
	}
}

func keyCounts() *counts {
	return &counts{
		all: map[countName]*count{},
		raising: `INSERT INTO key_usage (family, day, jobs) VALUES ($1, $2, $3)
			ON CONFLICT (family, day) DO UPDATE SET jobs = key_usage.jobs + excluded.jobs RETURNING jobs`,
		correcting: "UPDATE key_usage SET jobs = jobs - $3 WHERE family = $1 AND day = $2",
		args:       func(n countName, by int64) []any { return []any{n.family, int64(n.day), by} },
	}
}

func (cs *counts) of(n countName) *count {
	c := cs.all[n]
	if c == nil {
		c = &count{}
		cs.all[n] = c
	}
	return c
}

// names are in one order everywhere, so that two transactions which lock the same counts do not wait for each other.
func (cs *counts) names() []countName {
	names := make([]countName, 0, len(cs.all))
	for n := range cs.all {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b countName) int {
		return cmp.Or(cmp.Compare(a.owner, b.owner), cmp.Compare(a.family, b.family), cmp.Compare(a.day, b.day))
	})
	return names
}

// raise adds all that was asked for, which locks the counts until the end of the transaction, and learns what there was before.
func (cs *counts) raise(ctx context.Context, c conn) error {
	names := cs.names()
	args := make([][]any, len(names))
	for i, n := range names {
		args[i] = cs.args(n, cs.all[n].asked)
	}
	return c.queryEach(ctx, func(i int, row scanner) error {
		var total int64
		err := row.Scan(&total)
		cs.all[names[i]].before = total - cs.all[names[i]].asked
		return err
	}, cs.raising, args)
}

// settle takes off what was asked for and not accepted. Without raise before, it gives back: what was asked for is taken off.
func (cs *counts) settle(ctx context.Context, c conn) error {
	var args [][]any
	for _, n := range cs.names() {
		if over := cs.all[n].asked - cs.all[n].accepted; over > 0 {
			args = append(args, cs.args(n, over))
		}
	}
	return execEach(ctx, c, cs.correcting, args)
}
