package config

import (
	"fmt"
	"strings"

	"github.com/softquantus/qcos/internal/spelling"
)

// list joins words for a message.
func list(words []string) string { return strings.Join(words, ", ") }

// suggest names the nearest of the words, as " (did you mean …?)", or nothing where none is near.
func suggest(word string, among []string) string {
	best := spelling.Nearest(word, among)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}
