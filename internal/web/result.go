package web

import (
	"container/heap"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"

	"github.com/softquantus/qcos/pkg/api"
)

// outcome is a row of a result.
type outcome struct {
	Key   string
	Label string // Key, or a word for the one of a program without classical bits
	Count int
	Share string
	part  float64 // of the largest count
}

// largest keeps the outcomes with the largest counts, ties by key.
type largest struct {
	most, seen int
	kept       outcomes
}

// outcomes is a heap with the least on top.
type outcomes []outcome

func (o outcomes) Len() int           { return len(o) }
func (o outcomes) Less(i, j int) bool { return o[j].before(o[i]) }
func (o outcomes) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }
func (o *outcomes) Push(x any)        { *o = append(*o, x.(outcome)) }
func (o *outcomes) Pop() any {
	last := (*o)[len(*o)-1]
	*o = (*o)[:len(*o)-1]
	return last
}

func (a outcome) before(b outcome) bool {
	return a.Count > b.Count || a.Count == b.Count && a.Key < b.Key
}

func (l *largest) add(key string, n int) error {
	l.seen++
	o := outcome{Key: key, Count: n}
	switch {
	case len(l.kept) < l.most:
		heap.Push(&l.kept, o)
	case o.before(l.kept[0]):
		l.kept[0] = o
		heap.Fix(&l.kept, 0)
	}
	return nil
}

// rows gives what was kept, the largest first.
func (l *largest) rows(shots int) []outcome {
	rows := append([]outcome(nil), l.kept...)
	sort.Slice(rows, func(i, j int) bool { return rows[i].before(rows[j]) })
	for i := range rows {
		rows[i].Share = percent(rows[i].Count, shots)
		rows[i].part = float64(rows[i].Count) / float64(max(1, rows[0].Count))
		if rows[i].Label = rows[i].Key; rows[i].Key == "" {
			rows[i].Label = "(no bits)"
		}
	}
	return rows
}

// readResult reads the JSON of an api.Result in a stream: each is called for every count, the outcomes of single shots are skipped, and
// the rest is given back. However large a result is, it takes little memory.
func readResult(from io.WriterTo, each func(key string, n int) error) (api.Result, error) {
	r, w := io.Pipe()
	go func() {
		_, err := from.WriteTo(w)
		w.CloseWithError(err)
	}()
	defer r.Close() // ends the writer where reading stops early
	d := json.NewDecoder(r)
	rest := map[string]json.RawMessage{}
	err := object(d, func(name string) error {
		switch name {
		case "counts":
			return object(d, func(key string) error {
				var n int
				if err := d.Decode(&n); err != nil {
					return err
				}
				return each(key, n)
			})
		case "memory":
			return skip(d)
		}
		var value json.RawMessage
		err := d.Decode(&value)
		rest[name] = value
		return err
	})
	if err != nil {
		return api.Result{}, fmt.Errorf("a stored result cannot be read: %w", err)
	}
	text, err := json.Marshal(rest)
	if err != nil {
		return api.Result{}, err
	}
	var result api.Result
	return result, json.Unmarshal(text, &result)
}

// object reads an object and calls each with every name; each reads the value. null is an empty object.
func object(d *json.Decoder, each func(name string) error) error {
	t, err := d.Token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('{') {
		return errors.New("an object was expected")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		if err := each(t.(string)); err != nil { // names are strings
			return err
		}
	}
	_, err = d.Token()
	return err
}

// skip reads one value and forgets it.
func skip(d *json.Decoder) error {
	depth := 0
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
