package job

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/machine"
)

// ErrNoWorker says that no worker has registered yet, so that nothing can be said about what can be run.
var ErrNoWorker = errors.New("no worker is there to run jobs")

// FrontOptions are what a Front is made of.
type FrontOptions struct {
	Store    Store
	Notices  Notices
	Accounts *account.Service
	Clock    account.Clock // nil: time.Now
	Log      *slog.Logger  // nil: nothing is logged
	// TimeLimits are those of running, by tier; where there is none, that of the tier's Limits.
	TimeLimits map[account.Tier]time.Duration
	Keep       time.Duration // how long finished jobs are kept; 0: for ever
}

// Front is the Service: what callers of a server see of its jobs. Run must run beside it.
type Front struct {
	FrontOptions
	waits    *waits
	places   *places
	capacity *capacity
	small    chan struct{} // held while a small program is read and planned
	large    chan struct{} // held while a large one is
}

var _ Service = (*Front)(nil)

// NewFront puts a Front together.
func NewFront(o FrontOptions) *Front {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Front{
		FrontOptions: o, waits: newWaits(), places: &places{store: o.Store, now: o.Clock}, capacity: &capacity{store: o.Store, now: o.Clock},
		small: make(chan struct{}, machine.Threads()), large: make(chan struct{}, largeAtOnce),
	}
}

const (
	expireEvery = time.Minute
	expireBatch = 500 // jobs in one transaction
)

// Run hands on who waits what ended, and deletes what was kept long enough, until ctx ends.
func (f *Front) Run(ctx context.Context) error {
	ended, stop, err := f.Notices.Finished(ctx)
	if err != nil {
		return err
	}
	defer stop()
	look, expire := time.NewTicker(lookEvery), time.NewTicker(expireEvery)
	defer look.Stop()
	defer expire.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case row, ok := <-ended:
			switch {
			case !ok:
				return nil
			case row == 0:
				f.lookAtAll(ctx)
			default:
				f.waits.end(row)
			}
		case <-look.C:
			f.lookAtAll(ctx)
		case <-expire.C:
			f.expire(ctx)
		}
	}
}

func (f *Front) expire(ctx context.Context) {
	if f.Keep == 0 {
		return
	}
	for ctx.Err() == nil {
		n, err := f.Store.Expire(ctx, f.Clock().Add(-f.Keep), expireBatch)
		if err != nil {
			if ctx.Err() == nil {
				f.Log.Warn("old jobs could not be deleted", "error", err)
			}
			return
		}
		if n > 0 {
			f.Log.Info("old jobs were deleted", "jobs", n)
		}
		if n < expireBatch {
			return
		}
	}
}
