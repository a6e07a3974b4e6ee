package store

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
)

// TestHandover: what is written is read again, and what an earlier release wrote, or a text that nobody of us wrote, is read as far as it goes.
func TestHandover(t *testing.T) {
	jobs := []job.Released{{Row: 7, OwnerID: 3, Priority: account.High}, {Row: 9, OwnerID: 1, Priority: account.Low}}
	text, err := json.Marshal(newHandover(jobs))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		want []job.Released
	}{
		{string(text), jobs},
		{`{"rows":[7,9]}`, []job.Released{{Row: 7}, {Row: 9}}},
		{`{"rows":[7,9],"owners":[3],"priorities":[1]}`, []job.Released{{Row: 7, OwnerID: 3, Priority: account.High}, {Row: 9}}},
		{`{}`, nil},
	} {
		var h handover
		if err := json.Unmarshal([]byte(c.text), &h); err != nil {
			t.Fatal(err)
		}
		if got := h.jobs(); !slices.Equal(got, c.want) {
			t.Errorf("%s is %+v, want %+v", c.text, got, c.want)
		}
	}
}
