package cli

import "strings"

// farthest is how many letters a word may be off to be suggested.
const farthest = 2

// nearest is the word most like the one given, "" where none is like it. The beginning of a word is like it.
func nearest(word string, words []string) string {
	best, bestDistance := "", farthest+1
	for _, w := range words {
		d := editDistance(word, w)
		if len(word) >= 3 && strings.HasPrefix(w, word) {
			d = 1
		}
		if d < bestDistance && d < len(w) {
			best, bestDistance = w, d
		}
	}
	return best
}

// editDistance is the number of insertions, deletions and changes of letters between two words, neighbours swapped counting as one
// (optimal string alignment).
func editDistance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
