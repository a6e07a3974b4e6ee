package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// errLocked says that another process has the lock.
var errLocked = errors.New("the file is locked")

const lockPoll = 20 * time.Millisecond

// fileLock is a lock between processes, which the system takes back from a process that ends in whatever way.
type fileLock struct{ f *os.File }

// tryLock takes the lock or answers with errLocked.
func tryLock(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return &fileLock{f}, nil
}

// waitLock takes the lock as soon as it is free.
func waitLock(ctx context.Context, path string) (*fileLock, error) {
	for {
		l, err := tryLock(path)
		if !errors.Is(err, errLocked) {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for another process to let go of %s: %w", path, ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

func (l *fileLock) unlock() { _ = l.f.Close() }
