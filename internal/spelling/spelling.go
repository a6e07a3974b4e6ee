// Package spelling finds what somebody meant to write. It knows words only.
package spelling

import "strings"

const (
	// maxLength bounds the words that are compared: nobody mistypes a longer one by a letter or two and needs to be told which.
	maxLength = 32
	// minPrefix is how many letters are taken for the beginning of a word rather than for a mistake.
	minPrefix = 3
)

// Search keeps the closest of the words tried. Not for concurrent use.
type Search struct {
	want, best string
	distance   int // in half changes: of two words as near, the one with the same first letter is meant
}

// New starts a search for what want was to be.
func New(want string) *Search {
	// Half the length, and at most two changes: a word of one letter has no neighbours but itself in capitals.
	return &Search{want: want, distance: 2*min(len(want)/2, 2) + 2}
}

// Try takes a word into consideration.
func (s *Search) Try(word string) {
	if word == "" || s.want == "" || len(s.want) > maxLength || len(word) > maxLength {
		return
	}
	d := 2 * distance(s.want, word)
	if word[0] != s.want[0] {
		d++
	}
	switch {
	case strings.EqualFold(s.want, word):
		d = 0
	case len(s.want) == 2 && s.want == word+word: // typed twice
		d = 1
	case len(s.want) >= minPrefix && strings.HasPrefix(word, s.want):
		d = min(d, 2)
	case len(s.want) <= 2 && (len(word) != len(s.want) || s.want[0] != word[len(word)-1]):
		return // of words this short only those with their letters exchanged are near
	}
	if d < s.distance {
		s.best, s.distance = word, d
	}
}

// Best is the nearest word tried, "" where none is near.
func (s *Search) Best() string { return s.best }

// Nearest is the one of words that is nearest to want, "" where none is near.
func Nearest(want string, words []string) string {
	s := New(want)
	for _, w := range words {
		s.Try(w)
	}
	return s.Best()
}

// distance is the number of letters to insert, delete, replace or exchange with a neighbour to make b of a (optimal string alignment).
func distance(a, b string) int {
	var rows [3][maxLength + 1]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		row, above, above2 := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], above2[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
