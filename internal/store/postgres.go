package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/softquantus/qcos/internal/account"
)

const (
	postgresConns  = 16              // unless the URL says pool_max_conns
	connectTimeout = 5 * time.Second // unless the URL says connect_timeout
	tries          = 3               // of a transaction that PostgreSQL ended because of another

	deadlock             = "40P01"
	serializationFailure = "40001"
	uniqueViolation      = "23505"
	notText              = "22021"
)

// postgresDB is a PostgreSQL database.
type postgresDB struct {
	pool *pgxpool.Pool
	self string // tells the notices sent here from those of others
}

func openPostgres(ctx context.Context, url string) (*postgresDB, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the address of the database: %w", err) // pgx leaves the password out
	}
	if !strings.Contains(url, "connect_timeout") {
		c.ConnConfig.ConnectTimeout = connectTimeout
	}
	if c.ConnConfig.RuntimeParams["application_name"] == "" {
		c.ConnConfig.RuntimeParams["application_name"] = "qcos"
	}
	if !strings.Contains(url, "pool_max_conns") {
		c.MaxConns = postgresConns
	}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, err
	}
	return &postgresDB{pool, rand.Text()}, nil
}

func (d *postgresDB) close() { d.pool.Close() }

func (d *postgresDB) ping(ctx context.Context) error { return away(d.pool.Ping(ctx)) }

func (d *postgresDB) reader() conn { return postgresConn{d.pool} }

// away tells errors of a server that cannot be reached, or that can do nothing now, from others.
func away(err error) error {
	var said *pgconn.PgError
	var dial *pgconn.ConnectError
	var network net.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &said):
		switch said.Code[:2] {
		case "08", "40", "53", "57": // connection, rolled back for another transaction, out of resources, shut down
			return fmt.Errorf("%w: %w", account.ErrUnavailable, err)
		}
		return err
	case errors.As(err, &dial), errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), pgconn.SafeToRetry(err),
		errors.Is(err, net.ErrClosed):
		return fmt.Errorf("%w: %w", account.ErrUnavailable, err)
	}
	return err
}

func (d *postgresDB) update(ctx context.Context, do func(conn) error) error {
	for try := 1; ; try++ {
		err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error { return do(postgresConn{tx}) })
		var e *pgconn.PgError
		if try == tries || !errors.As(err, &e) || e.Code != deadlock && e.Code != serializationFailure {
			return away(err)
		}
	}
}

// postgresQuerier is a pool or a transaction.
type postgresQuerier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

type postgresConn struct{ q postgresQuerier }

func (c postgresConn) exec(ctx context.Context, text string, args ...any) (int64, error) {
	tag, err := c.q.Exec(ctx, text, args...)
	return tag.RowsAffected(), away(err)
}

func (c postgresConn) query(ctx context.Context, each func(scanner) error, text string, args ...any) error {
	rows, err := c.q.Query(ctx, text, args...)
	err = readRows(rows, err, each)
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == notText {
		return nil // somebody looks for a text with a zero byte or the like: there is none
	}
	return away(err)
}

func readRows(rows pgx.Rows, err error, each func(scanner) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (c postgresConn) queryEach(ctx context.Context, each func(int, scanner) error, text string, args [][]any) error {
	if len(args) == 0 {
		return nil
	}
	var b pgx.Batch
	for _, a := range args {
		b.Queue(text, a...)
	}
	answers := c.q.SendBatch(ctx, &b)
	for i := range args {
		rows, err := answers.Query()
		if err := readRows(rows, err, func(row scanner) error { return each(i, row) }); err != nil {
			_ = answers.Close()
			return err
		}
	}
	return answers.Close()
}

func (c postgresConn) queryAll(ctx context.Context, each func(int, scanner) error, statement hot, args [][]any) error {
	if len(args) == 0 {
		return nil
	}
	arrays, err := columns(args)
	if err != nil {
		return err
	}
	rows, err := c.q.Query(ctx, statement.all, arrays...)
	if err != nil {
		return err
	}
	defer rows.Close()
	place := make([]any, len(rows.FieldDescriptions())) // nil is not read
	for rows.Next() {
		var i int
		place[0] = &i
		if err := rows.Scan(place...); err != nil {
			return err
		}
		if err := each(i-1, behindFirst{rows}); err != nil {
			return err
		}
	}
	return rows.Err()
}

// behindFirst is a row without its first column.
type behindFirst struct{ rows pgx.Rows }

func (r behindFirst) Scan(into ...any) error { return r.rows.Scan(append([]any{nil}, into...)...) }

// columns turns lists of arguments into an array for each place.
func columns(args [][]any) ([]any, error) {
	arrays := make([]any, len(args[0]))
	for i, first := range args[0] {
		switch first.(type) {
		case string:
			arrays[i] = column[string](args, i)
		case int64:
			arrays[i] = column[int64](args, i)
		case float64:
			arrays[i] = column[float64](args, i)
		case bool:
			arrays[i] = column[bool](args, i)
		case []byte:
			arrays[i] = column[[]byte](args, i)
		default:
			return nil, fmt.Errorf("internal error: there is no array of %T", first)
		}
	}
	return arrays, nil
}

func column[T any](args [][]any, i int) []T {
	all := make([]T, len(args))
	for k, a := range args {
		all[k] = a[i].(T)
	}
	return all
}

func isUniquePostgres(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == uniqueViolation
}

func (d *postgresDB) isUnique(err error) bool { return isUniquePostgres(err) }

func (d *postgresDB) listOf(n int) string {
	return fmt.Sprintf("(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($%d AS JSON)))", n)
}
