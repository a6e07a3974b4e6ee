package parse

import (
	"fmt"
	"regexp"
	"strconv"
	"sync"
)

// Loops as other languages write them: of C, in parentheses, and over a range of Python.
var (
	loopOfC = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^for\s*\(\s*(\w+)\s+(\w+)\s*=\s*(\w+)\s*;\s*\w+\s*(<=?)\s*(\w+)\s*;`)
	})
	loopInParens  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^for\s*\(\s*(\w+\s+\w+\s+in\s+[^(){}]+)\)`) })
	rangeOfPython = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^range\s*\(\s*(?:(\w+)\s*,\s*)?(\w+)\s*\)$`) })
)

// loopLike is the hint that writes a loop of C as one of OpenQASM 3.
func loopLike(text []byte) string {
	const looked = 200
	text = text[:min(len(text), looked)]
	if m := loopInParens().FindSubmatch(text); m != nil {
		return fmt.Sprintf("write it without the parentheses: `for %s { … }`", m[1])
	}
	m := loopOfC().FindSubmatch(text)
	if m == nil {
		return loopHint
	}
	last := string(m[5])
	if string(m[4]) == "<" {
		last = oneLess(last)
	}
	return fmt.Sprintf("write `for %s %s in [%s:%s] { … }`", m[1], m[2], m[3], last)
}

// rangeLike is the hint that writes a range of Python, which leaves its end out.
func rangeLike(text []byte) string {
	m := rangeOfPython().FindSubmatch(text)
	if m == nil {
		return loopHint
	}
	first := "0"
	if len(m[1]) > 0 {
		first = string(m[1])
	}
	return fmt.Sprintf("write `for int i in [%s:%s] { … }`", first, oneLess(string(m[2])))
}

// oneLess is the text of a number less one.
func oneLess(n string) string {
	if v, err := strconv.Atoi(n); err == nil {
		return strconv.Itoa(v - 1)
	}
	return n + " - 1"
}
