package program

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/softquantus/qcos/internal/value"
)

// ParseInput reads a variable of type t from what a user gave for it: JSON as JSON prints it, or the bare text of a single value. The
// error says in words what the type needs.
func (t Type) ParseInput(text string) ([]uint64, error) {
	text = strings.TrimSpace(text)
	if len(t.Dims) == 0 {
		return parseElement(t.Elem, text)
	}
	var list []json.RawMessage
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil, inputError(t, text, "a list in brackets, such as [1, 2]")
	}
	if len(list) != t.Dims[0] {
		return nil, fmt.Errorf("%s needs %d elements, not %d", t, t.Dims[0], len(list))
	}
	var words []uint64
	for i, raw := range list {
		w, err := Type{t.Elem, t.Dims[1:]}.ParseInput(string(raw))
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		words = append(words, w...)
	}
	return words, nil
}

const clipInput = 40 // characters of what the user gave that a message repeats

func inputError(t fmt.Stringer, text, want string) error {
	if r := []rune(text); len(r) > clipInput {
		text = string(r[:clipInput]) + "…"
	}
	return fmt.Errorf("%q is no %s: give %s", text, t, want)
}

func parseElement(t value.Type, text string) ([]uint64, error) {
	var s string
	if json.Unmarshal([]byte(text), &s) == nil {
		text = strings.TrimSpace(s)
	}
	switch t.Kind {
	case value.Bool, value.Bit:
		return parseTruth(t, text)
	case value.Bits:
		return parseBits(t, text)
	case value.Int, value.Uint:
		return parseInteger(t, text)
	case value.Float:
		x, err := parseFloat(t, text)
		if err != nil {
			return nil, err
		}
		return converted(t, value.OfFloat(x))
	case value.Angle:
		return parseAngle(t, text)
	case value.Complex:
		return parseComplex(t, text)
	case value.Duration:
		return parseDuration(t, text)
	}
	return nil, fmt.Errorf("a %s cannot be given from outside", t)
}

func converted(t value.Type, v value.Value) ([]uint64, error) {
	r, err := v.To(t)
	return r.Words, err
}

func parseTruth(t value.Type, text string) ([]uint64, error) {
	switch text {
	case "true", "1":
		return []uint64{1}, nil
	case "false", "0":
		return []uint64{0}, nil
	}
	if t.Kind == value.Bit {
		return nil, inputError(t, text, "0 or 1")
	}
	return nil, inputError(t, text, "true or false")
}

func parseBits(t value.Type, text string) ([]uint64, error) {
	if len(text) != int(t.Width) || strings.Trim(text, "01") != "" {
		return nil, inputError(t, text, fmt.Sprintf("%d digits 0 or 1, index 0 rightmost", t.Width))
	}
	words := make([]uint64, t.Words())
	for i := range text {
		value.SetBit(words, len(text)-1-i, uint64(text[i]-'0'))
	}
	return words, nil
}

// maxDigits bounds the numbers that are read at all: beyond it no type is wide enough.
const maxDigits = 1 << 13

func parseInteger(t value.Type, text string) ([]uint64, error) {
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(t.Width))
	if t.Kind == value.Int {
		high.Rsh(high, 1)
		low.Neg(high)
	}
	want := fmt.Sprintf("a whole number from %d to %d", low, new(big.Int).Sub(high, big.NewInt(1)))
	if t.Width > 64 {
		want = fmt.Sprintf("a whole number of at most %d bits", t.Width)
	}
	x, ok := new(big.Int).SetString(clipDigits(text), 0)
	if !ok || x.Cmp(low) < 0 || x.Cmp(high) >= 0 {
		return nil, inputError(t, text, want)
	}
	v, ok := value.Integer(x)
	if !ok {
		return nil, inputError(t, text, want)
	}
	return converted(t, v)
}

func clipDigits(text string) string { return text[:min(len(text), maxDigits)] }

// parseFloat reads a number, with pi in place of a factor.
func parseFloat(t fmt.Stringer, text string) (float64, error) {
	switch text {
	case "NaN":
		return math.NaN(), nil
	case "Infinity":
		return math.Inf(1), nil
	case "-Infinity":
		return math.Inf(-1), nil
	case "pi", "π":
		return math.Pi, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, inputError(t, text, "a number, such as 0.5 or 1e-3")
	}
	return x, nil
}

func parseAngle(t value.Type, text string) ([]uint64, error) {
	var object struct {
		Bits    *string
		Radians *json.Number
	}
	if json.Unmarshal([]byte(text), &object) == nil {
		switch {
		case object.Bits != nil:
			return parseBits(t, *object.Bits)
		case object.Radians != nil:
			text = object.Radians.String()
		}
	}
	x, err := parseFloat(t, text)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return nil, inputError(t, text, `a number of radians, or {"bits": "01…"}`)
	}
	return converted(t, value.OfFloat(x))
}

func parseComplex(t value.Type, text string) ([]uint64, error) {
	var pair []json.RawMessage
	if json.Unmarshal([]byte(text), &pair) != nil {
		pair = []json.RawMessage{json.RawMessage(text), json.RawMessage("0")}
	}
	if len(pair) != 2 {
		return nil, inputError(t, text, "a number, or [real, imaginary]")
	}
	part := value.Type{Kind: value.Float, Width: t.Width, Unsized: t.Unsized}
	var words []uint64
	for _, raw := range pair {
		w, err := parseElement(part, string(raw))
		if err != nil {
			return nil, inputError(t, text, "a number, or [real, imaginary]")
		}
		words = append(words, w...)
	}
	return words, nil
}

// units are the units of time, in nanoseconds; dt has none.
var units = []struct {
	name string
	ns   float64
}{{"dt", 0}, {"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}}

func parseDuration(t value.Type, text string) ([]uint64, error) {
	var object struct{ Seconds, DT *float64 }
	if json.Unmarshal([]byte(text), &object) == nil {
		switch {
		case object.Seconds != nil:
			return value.OfTime(*object.Seconds*1e9, 0).Words, nil
		case object.DT != nil:
			return value.OfTime(0, *object.DT).Words, nil
		}
	}
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		if x, err := strconv.ParseFloat(strings.TrimSpace(number), 64); err == nil {
			if u.ns == 0 {
				return value.OfTime(0, x).Words, nil
			}
			return value.OfTime(x*u.ns, 0).Words, nil
		}
	}
	return nil, inputError(t, text, `a number with a unit, such as 100ns, or {"seconds": 1e-7}`)
}
