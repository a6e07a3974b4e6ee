package spelling

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	for _, c := range []struct{ want, words, nearest string }{
		{"cxx", "rxx cx ccx", "cx"},
		{"exceute", "execute explain", "execute"},
		{"conf", "check configure completion", "configure"},
		{"H", "x h ch", "h"},
		{"xc", "x c cx h", "cx"},
		{"z", "x y h", ""},
		{"nothing", "execute explain", ""},
		{"", "a b", ""},
		{strings.Repeat("a", 40), strings.Repeat("a", 39), ""},
		{"measrue", "measure reset", "measure"},
		{"state", "shots seed statevector strict", "statevector"},
		{"hsots", "shots seed statevector", "shots"},
		{"SWAP", "x swap", "swap"},
		{"qbits", "h qubits", "qubits"},
		{"zz", "x cx h", ""},
		{"hh", "x ch h", "h"},
		{"api-kye", "api-key api-url", "api-key"},
	} {
		if got := Nearest(c.want, strings.Fields(c.words)); got != c.nearest {
			t.Errorf("%q among %q: got %q, want %q", c.want, c.words, got, c.nearest)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "axc", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
