package store

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/softquantus/qcos/internal/job"
)

const (
	channel       = "qcos"
	largestNotice = 500 // rows: PostgreSQL takes 8,000 bytes
	reconnect     = time.Second
	listenPing    = 30 * time.Second
)

// message is a notice between processes.
type message struct {
	From string    `json:"from"` // postgresDB.self of the sender
	Kind string    `json:"kind"`
	Rows []job.Row `json:"rows,omitempty"`
}

func (d *postgresDB) tell(ctx context.Context, c conn, all []notice) error {
	rows := map[noticeKind][]job.Row{}
	for _, n := range all {
		rows[n.kind] = append(rows[n.kind], n.row)
	}
	var args [][]any
	for kind, rows := range rows {
		for len(rows) > 0 {
			n := min(len(rows), largestNotice)
			m := message{From: d.self, Kind: string(rune(kind)), Rows: rows[:n]}
			if rows = rows[n:]; kind != finished {
				m.Rows, rows = nil, nil
			}
			text, err := json.Marshal(m)
			if err != nil {
				return err
			}
			args = append(args, []any{channel, string(text)})
		}
	}
	ignore := func(int, scanner) error { return nil } // pg_notify answers with nothing in a row
	return c.queryEach(ctx, ignore, "SELECT pg_notify($1, $2)", args)
}

// listener hands the notices of other processes on, over a connection of its own.
type listener struct {
	stop context.CancelFunc
	done chan struct{}
}

func listen(d *postgresDB, b *bus, log *slog.Logger) *listener {
	ctx, stop := context.WithCancel(context.Background())
	l := &listener{stop, make(chan struct{})}
	go func() {
		defer close(l.done)
		for ctx.Err() == nil {
			err := hear(ctx, d, b)
			if ctx.Err() != nil {
				return
			}
			log.Warn("notices of other processes are not heard for the moment", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(reconnect):
			}
		}
	}()
	return l
}

func (l *listener) close() {
	l.stop()
	<-l.done
}

// hear connects and hands notices on until the connection breaks.
func hear(ctx context.Context, d *postgresDB, b *bus) error {
	c, err := pgx.ConnectConfig(ctx, d.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it is over in any case
	if _, err := c.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	b.access.hear(true)
	defer b.access.hear(false)
	b.lookAgain() // whatever was told while nobody listened is lost
	for {
		wait, stop := context.WithTimeout(ctx, listenPing)
		n, err := c.WaitForNotification(wait)
		stop()
		switch {
		case err == nil:
			b.publish(d.read(n.Payload))
		case wait.Err() != nil && ctx.Err() == nil:
			if err := c.Ping(ctx); err != nil { // a connection that died silently
				return err
			}
		default:
			return err
		}
	}
}

// read takes a message apart. Those sent here were published when they were sent, and those of a newer one may be unknown.
func (d *postgresDB) read(payload string) []notice {
	var m message
	if err := json.NewDecoder(strings.NewReader(payload)).Decode(&m); err != nil || m.From == d.self || len(m.Kind) != 1 {
		return nil
	}
	kind := noticeKind(m.Kind[0])
	if kind != finished {
		return []notice{{kind: kind}}
	}
	all := make([]notice, len(m.Rows))
	for i, row := range m.Rows {
		all[i] = notice{finished, row}
	}
	return all
}
