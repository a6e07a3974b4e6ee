package store

import (
	"sync"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

const (
	accessAge  = 250 * time.Millisecond // how old what a key gives may be, counted from when it was asked for
	accessWait = accessAge + 50*time.Millisecond
	mostAccess = 10_000 // keys kept in mind
)

// access is what a key gives.
type access struct {
	key  account.Key
	user account.User
}

// accessCache keeps in mind what keys give: on PostgreSQL every request of a client would ask for it. Whoever changes it tells all processes, and
// is not done before what others keep in mind is too old to count (accessWait): notices may come late, and a key that was revoked works nowhere
// once that is said. While notices of others are not heard, nothing is kept.
type accessCache struct {
	mu      sync.Mutex
	hears   bool
	changes int // how often something changed, to tell an answer that was on its way meanwhile
	byHash  map[string]accessEntry
	now     func() time.Time // of the process: it measures an age
}

type accessEntry struct {
	access
	at time.Time
}

func newAccessCache() *accessCache {
	return &accessCache{byHash: map[string]accessEntry{}, now: time.Now}
}

// question is when something was asked for that is not kept in mind.
type question struct {
	changes int
	at      time.Time
}

// get gives what is kept in mind of a key, and what put needs.
func (c *accessCache) get(hash []byte) (a access, ok bool, asked question) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	e, ok := c.byHash[string(hash)]
	return e.access, ok && now.Sub(e.at) < accessAge, question{c.changes, now}
}

// put keeps an answer to a question that was asked after get.
func (c *accessCache) put(hash []byte, a access, asked question) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.hears || c.changes != asked.changes {
		return
	}
	if len(c.byHash) >= mostAccess {
		clear(c.byHash)
	}
	c.byHash[string(hash)] = accessEntry{a, asked.at}
}

// forget drops everything: something changed.
func (c *accessCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	clear(c.byHash)
}

// hear says whether notices of other processes are heard from now on.
func (c *accessCache) hear(hears bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hears = hears
	c.changes++
	clear(c.byHash)
}

// touch writes when a key was used into what is kept in mind, so that it is not written again.
func (c *accessCache) touch(id string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for hash, e := range c.byHash {
		if e.key.ID == id {
			e.key.LastUsedAt = at
			c.byHash[hash] = e
		}
	}
}
