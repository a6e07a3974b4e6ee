package web

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestHistogramEscapesAndSaysItInWords(t *testing.T) {
	l := &largest{most: 32}
	for key, n := range map[string]int{"<b>0</b>": 3, "": 1, strings.Repeat("01", 40): 6} {
		_ = l.add(key, n)
	}
	got := string(histogram(l.rows(10), 10, 0))
	if strings.Contains(got, "<b>") || !strings.Contains(got, "&lt;b&gt;0&lt;/b&gt; 3 times (30.0 %)") {
		t.Errorf("markup in a key becomes markup:\n%s", got)
	}
	for _, want := range []string{"10 shots.", "(no bits) 1 times", `role="img" aria-labelledby="hist-title hist-text"`, "0101010101…0101010101</text>", `width="100.00%"`, `width="50.00%"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// resultText writes the JSON of a result with so many outcomes.
type resultText int

func (n resultText) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	b.WriteString(`{"memory":["0","1",{"deep":[1,2]}],"counts":{`)
	for i := range int(n) {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"%020b":%d`, i, 1+i%1000)
	}
	b.WriteString(`},"num_qubits":20,"shots":7,"device":"cpu","seed":18446744073709551615,"warnings":["w"]}`)
	m, err := w.Write(b.Bytes())
	return int64(m), err
}

func TestResultsAreReadInAStream(t *testing.T) {
	const n = 50_000
	best := &largest{most: rowsShown}
	sum := 0
	r, err := readResult(resultText(n), func(key string, count int) error {
		sum += count
		return best.add(key, count)
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := best.rows(r.Shots)
	if best.seen != n || sum != n/1000*1000*1001/2 || len(rows) != rowsShown || rows[0].Count != 1000 || rows[rowsShown-1].Count != 1000 {
		t.Errorf("%d outcomes of %d, sum %d, first %v", len(rows), best.seen, sum, rows[0])
	}
	for i := 1; i < len(rows); i++ {
		if !rows[i-1].before(rows[i]) {
			t.Errorf("row %d comes before row %d", i, i-1)
		}
	}
	if r.NumQubits != 20 || r.Shots != 7 || r.Device != "cpu" || r.Seed == nil || *r.Seed != 1<<64-1 || len(r.Warnings) != 1 || len(r.Memory) != 0 {
		t.Errorf("the rest is %+v", r)
	}
}

func TestBrokenResultsAreErrors(t *testing.T) {
	for _, text := range []string{``, `[`, `{"counts":[1]}`, `{"counts":{"0":"x"}}`, `{"counts":{"0":1}`, `{"memory":[`} {
		if _, err := readResult(strings.NewReader(text), func(string, int) error { return nil }); err == nil {
			t.Errorf("%s is read", text)
		}
	}
	if r, err := readResult(strings.NewReader(`{"counts":null}`), func(string, int) error { return nil }); err != nil || r.Shots != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}
