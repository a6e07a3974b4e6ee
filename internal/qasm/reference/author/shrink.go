package author

import "strings"

// Shrink returns a short program for which bad still holds, as it does for text. It leaves statements, blocks and parts of expressions out
// as long as that is possible.
func Shrink(text string, bad func(text string) bool) string {
	for {
		before := text
		text = shrinkLines(text, bad)
		text = shrinkGroups(text, bad)
		if len(text) >= len(before) {
			return text
		}
	}
}

// shrinkLines leaves out statements with their blocks, or the lines of a block but not what is in it.
func shrinkLines(text string, bad func(string) bool) string {
	for i := 0; ; i++ {
		lines := strings.Split(text, "\n")
		if i >= len(lines) {
			return text
		}
		for _, out := range [][]int{whole(lines, i), frame(lines, i), otherwise(lines, i)} {
			if shorter := strings.Join(without(lines, out), "\n"); len(shorter) < len(text) && bad(shorter) {
				text = shorter
				i = max(i-2, -1)
				break
			}
		}
	}
}

func without(lines []string, out []int) []string {
	leave := map[int]bool{}
	for _, i := range out {
		leave[i] = true
	}
	var rest []string
	for i, l := range lines {
		if !leave[i] {
			rest = append(rest, l)
		}
	}
	return rest
}

// parts are the lines of a statement that begins at i which hold its braces: that alone where it has no block.
func parts(lines []string, i int) []int {
	at := []int{i}
	if !strings.HasSuffix(lines[i], "{") || strings.HasPrefix(strings.TrimSpace(lines[i]), "}") {
		return at
	}
	depth := 0
	for j := i; j < len(lines); j++ {
		l := strings.TrimSpace(lines[j])
		if strings.HasPrefix(l, "}") {
			depth--
			if depth == 0 {
				at = append(at, j)
			}
		}
		if strings.HasSuffix(l, "{") {
			depth++
		}
		if depth == 0 {
			return at
		}
	}
	return nil
}

// whole is a statement with all that is in it.
func whole(lines []string, i int) []int {
	p := parts(lines, i)
	if len(p) == 0 || strings.HasPrefix(strings.TrimSpace(lines[i]), "}") {
		return nil
	}
	var all []int
	for j := i; j <= p[len(p)-1]; j++ {
		all = append(all, j)
	}
	return all
}

// frame is a statement without what is in its blocks.
func frame(lines []string, i int) []int {
	if p := parts(lines, i); len(p) > 1 {
		return p
	}
	return nil
}

// otherwise is the second block of a statement.
func otherwise(lines []string, i int) []int {
	p := parts(lines, i)
	if len(p) < 3 {
		return nil
	}
	var all []int
	for j := p[1]; j < p[2]; j++ {
		all = append(all, j)
	}
	return all
}

// shrinkGroups puts something simpler in the place of what stands in parentheses.
func shrinkGroups(text string, bad func(string) bool) string {
	for i := 0; i < len(text); i++ {
		if text[i] != '(' {
			continue
		}
		end := closing(text, i)
		if end < 0 {
			continue
		}
		start := i
		for start > 0 && strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789[]", rune(text[start-1])) {
			start--
		}
		inner := text[i+1 : end]
		tries := []string{text[:start] + "(" + inner + ")" + text[end+1:]}
		for _, simple := range []string{"1", "true", "0.5"} {
			tries = append(tries, text[:start]+simple+text[end+1:], text[:i+1]+simple+text[end:])
		}
		for _, part := range operandsOf(inner) {
			tries = append(tries, text[:i+1]+part+text[end:], text[:start]+part+text[end+1:])
		}
		for _, try := range tries {
			if len(try) < len(text) && bad(try) {
				text = try
				i--
				break
			}
		}
	}
	return text
}

// closing is where the parenthesis at i is closed, -1 beyond the line.
func closing(text string, i int) int {
	depth := 0
	for j := i; j < len(text) && text[j] != '\n'; j++ {
		switch text[j] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return -1
}

// operandsOf are the two sides of each operator that stands between blanks outside of all brackets.
func operandsOf(text string) (out []string) {
	depth := 0
	fields := strings.Split(text, " ")
	for i, f := range fields {
		if depth == 0 && len(f) > 0 && strings.Trim(f, "+-*/%&|^<>=!") == "" {
			out = append(out, strings.Join(fields[:i], " "), strings.Join(fields[i+1:], " "))
		}
		depth += strings.Count(f, "(") + strings.Count(f, "[") - strings.Count(f, ")") - strings.Count(f, "]")
	}
	return out
}
