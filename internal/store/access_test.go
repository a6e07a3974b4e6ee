package store

import (
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

func TestAccessCache(t *testing.T) {
	now := time.Unix(1000, 0)
	c := newAccessCache()
	c.now = func() time.Time { return now }
	a := access{key: account.Key{ID: "key_1"}}
	ask := func() bool { _, ok, _ := c.get([]byte("h")); return ok }
	keep := func() { _, _, asked := c.get([]byte("h")); c.put([]byte("h"), a, asked) }

	if keep(); ask() {
		t.Error("something was kept while nobody listens to other processes")
	}
	c.hear(true)
	if keep(); !ask() {
		t.Error("nothing was kept")
	}
	c.touch("key_1", now)
	if got, _, _ := c.get([]byte("h")); !got.key.LastUsedAt.Equal(now) {
		t.Errorf("touched: %+v", got)
	}
	if c.forget(); ask() {
		t.Error("kept after a change")
	}
	_, _, asked := c.get([]byte("h"))
	c.forget() // while the answer is on its way
	if c.put([]byte("h"), a, asked); ask() {
		t.Error("an answer from before a change was kept")
	}
	keep()
	if now = now.Add(accessAge); ask() {
		t.Error("an old answer was given")
	}
	_, _, asked = c.get([]byte("h"))
	now = now.Add(accessAge) // the answer takes its time
	if c.put([]byte("h"), a, asked); ask() {
		t.Error("an answer was taken to be younger than its question")
	}
	keep()
	if c.hear(false); ask() {
		t.Error("kept after the connection broke")
	}
}
