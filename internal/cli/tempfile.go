package cli

import (
	"os"
	"sync"
)

// tempFiles are the files that must not outlive the process. The zero value is ready. Its methods may be called from many
// goroutines at once.
type tempFiles struct {
	mu    sync.Mutex
	names map[string]bool
}

func (t *tempFiles) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names == nil {
		t.names = map[string]bool{}
	}
	t.names[name] = true
}

// remove deletes a file, or forgets it where it has become something else.
func (t *tempFiles) remove(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.names[name] {
		delete(t.names, name)
		_ = os.Remove(name)
	}
}

// rename moves a file to where it stays.
func (t *tempFiles) rename(from, to string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := os.Rename(from, to); err != nil {
		return err
	}
	delete(t.names, from)
	return nil
}

func (t *tempFiles) removeAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name := range t.names {
		_ = os.Remove(name)
	}
	t.names = nil
}
