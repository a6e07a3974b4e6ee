package store

import (
	"cmp"
	"context"
	"fmt"
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
	raising, correcting hot
	args                func(n countName, by int64) []any
}

func ownerCounts() *counts {
	return &counts{
		all:        map[countName]*count{},
		raising:    raisingIn("usage", "owner_id", "bigint"),
		correcting: correctingIn("usage", "owner_id", "bigint"),
		args:       func(n countName, by int64) []any { return []any{n.owner, int64(n.day), by} },
	}
}

func keyCounts() *counts {
	return &counts{
		all:        map[countName]*count{},
		raising:    raisingIn("key_usage", "family", "text"),
		correcting: correctingIn("key_usage", "family", "text"),
		args:       func(n countName, by int64) []any { return []any{n.family, int64(n.day), by} },
	}
}

// raisingIn adds to counts in the order that they are given in, and answers with the sums.
func raisingIn(table, name, kind string) hot {
	onConflict := fmt.Sprintf(" ON CONFLICT (%[2]s, day) DO UPDATE SET jobs = %[1]s.jobs + excluded.jobs RETURNING ", table, name)
	return hot{
		each: fmt.Sprintf("INSERT INTO %s (%s, day, jobs) VALUES ($1, $2, $3)", table, name) + onConflict + "jobs",
		all: fmt.Sprintf(`WITH given AS (SELECT * FROM unnest($1::%[3]s[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS v (%[2]s, day, jobs, n)),
			raised AS (INSERT INTO %[1]s (%[2]s, day, jobs) SELECT %[2]s, day, jobs FROM given ORDER BY n`, table, name, kind) + onConflict +
			fmt.Sprintf("%[1]s, day, jobs) SELECT given.n, raised.jobs FROM raised JOIN given ON given.%[1]s = raised.%[1]s AND given.day = raised.day", name),
	}
}

// correctingIn takes off counts.
func correctingIn(table, name, kind string) hot {
	return hot{
		each: fmt.Sprintf("UPDATE %s SET jobs = jobs - $3 WHERE %s = $1 AND day = $2", table, name),
		all: fmt.Sprintf(`UPDATE %[1]s SET jobs = %[1]s.jobs - v.jobs FROM unnest($1::%[3]s[], $2::bigint[], $3::bigint[]) AS v (name, day, jobs)
			WHERE %[1]s.%[2]s = v.name AND %[1]s.day = v.day`, table, name, kind),
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
	return c.queryAll(ctx, func(i int, row scanner) error {
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
	return c.queryAll(ctx, noAnswer, cs.correcting, args)
}
