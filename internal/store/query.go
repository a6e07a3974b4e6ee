package store

import (
	"context"
	"errors"

	"github.com/softquantus/qcos/internal/account"
)

// scanner is a row of an answer.
type scanner interface{ Scan(into ...any) error }

// conn is what statements run on: a transaction, or a database outside of one, on either kind of database. Statements are written once for
// both, with $1 for the first argument.
type conn interface {
	// exec runs a statement and says how many rows it changed.
	exec(ctx context.Context, statement string, args ...any) (int64, error)
	// query calls each for every row of the answer.
	query(ctx context.Context, each func(scanner) error, statement string, args ...any) error
	// queryEach runs one statement for each list of arguments, in order and in one go, and calls each for every row of the answer to
	// the i-th.
	queryEach(ctx context.Context, each func(i int, row scanner) error, statement string, args [][]any) error
	// queryAll is queryEach for what is done all the time. The arguments of one place are all of one type: string, int64, float64, bool or
	// []byte.
	queryAll(ctx context.Context, each func(i int, row scanner) error, statement hot, args [][]any) error
}

// hot is a statement that is written twice, for speed. What costs time on PostgreSQL is the number of statements, on SQLite it is not.
type hot struct {
	each string // for one list of arguments: SQLite
	all  string // for all: PostgreSQL. $1 is the array of all first arguments; the first column of the answer counts the lists, from 1
}

// execEach is queryEach for statements without an answer.
func execEach(ctx context.Context, c conn, statement string, args [][]any) error {
	return c.queryEach(ctx, noAnswer, statement, args)
}

// noAnswer is for statements that answer nothing.
func noAnswer(int, scanner) error {
	return errors.New("internal error: an answer that nobody asked for")
}

// many reads all rows of an answer. It never gives nil without an error.
func many[T any](ctx context.Context, c conn, read func(scanner) (T, error), statement string, args ...any) ([]T, error) {
	all := []T{}
	err := c.query(ctx, func(row scanner) error {
		v, err := read(row)
		all = append(all, v)
		return err
	}, statement, args...)
	if err != nil {
		return nil, err
	}
	return all, nil
}

// one reads the only row of an answer. account.ErrNotFound where there is none.
func one[T any](ctx context.Context, c conn, read func(scanner) (T, error), statement string, args ...any) (T, error) {
	all, err := many(ctx, c, read, statement, args...)
	if err == nil && len(all) == 0 {
		err = account.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// value reads rows of one column.
func value[T any](row scanner) (T, error) {
	var v T
	err := row.Scan(&v)
	return v, err
}

// execOne is exec for a statement that must change a row. account.ErrNotFound where there is none.
func execOne(ctx context.Context, c conn, statement string, args ...any) error {
	n, err := c.exec(ctx, statement, args...)
	if err == nil && n == 0 {
		err = account.ErrNotFound
	}
	return err
}
