package program

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/value"
)

// TestParseInput reads inputs and prints them again.
func TestParseInput(t *testing.T) {
	for _, x := range []struct {
		t          Type
		text, want string
	}{
		{Type{Elem: value.BoolType}, "true", "true"},
		{Type{Elem: value.BitType}, "1", `"1"`},
		{Type{Elem: value.BitsOf(8)}, "10110010", `"10110010"`},
		{Type{Elem: value.BitsOf(4)}, `"0011"`, `"0011"`},
		{Type{Elem: value.IntOf(8)}, "-128", "-128"},
		{Type{Elem: value.UintOf(64)}, `"18446744073709551615"`, `"18446744073709551615"`},
		{Type{Elem: value.UintOf(100)}, "0x10000000000000000", `"18446744073709551616"`},
		{Type{Elem: value.FloatOf(64)}, "1.25", "1.25"},
		{Type{Elem: value.FloatOf(32)}, "0.1", "0.10000000149011612"},
		{Type{Elem: value.FloatType}, "NaN", `"NaN"`},
		{Type{Elem: value.AngleOf(4)}, "pi", `{"bits":"1000","radians":3.141592653589793}`},
		{Type{Elem: value.AngleOf(4)}, `{"bits":"0100"}`, `{"bits":"0100","radians":1.5707963267948966}`},
		{Type{Elem: value.ComplexType}, "[1, -2]", "[1,-2]"},
		{Type{Elem: value.ComplexType}, "3", "[3,0]"},
		{Type{Elem: value.DurationType}, "100ns", `{"seconds":1e-7}`},
		{Type{Elem: value.DurationType}, "5 dt", `{"dt":5}`},
		{Type{Elem: value.IntOf(8), Dims: []int{2, 2}}, "[[1, 2], [3, 4]]", "[[1,2],[3,4]]"},
	} {
		words, err := x.t.ParseInput(x.text)
		if err != nil {
			t.Errorf("%s from %s: %v", x.t, x.text, err)
			continue
		}
		if got, err := json.Marshal(x.t.JSON(words)); err != nil || string(got) != x.want {
			t.Errorf("%s from %s is %s, want %s, %v", x.t, x.text, got, x.want, err)
		}
	}
}

func TestParseInputRefuses(t *testing.T) {
	for _, x := range []struct {
		t          Type
		text, want string
	}{
		{Type{Elem: value.UintOf(8)}, "256", "0 to 255"},
		{Type{Elem: value.UintOf(8)}, "1.5", "0 to 255"},
		{Type{Elem: value.IntOf(8)}, "-129", "-128 to 127"},
		{Type{Elem: value.BitsOf(4)}, "101", "4 digits"},
		{Type{Elem: value.BitsOf(4)}, "1012", "4 digits"},
		{Type{Elem: value.BoolType}, "yes", "true or false"},
		{Type{Elem: value.FloatType}, "x", "a number"},
		{Type{Elem: value.AngleType}, "Infinity", "radians"},
		{Type{Elem: value.ComplexType}, "[1]", "imaginary"},
		{Type{Elem: value.DurationType}, "100", "unit"},
		{Type{Elem: value.IntOf(8), Dims: []int{2}}, "[1]", "2 elements"},
		{Type{Elem: value.IntOf(8), Dims: []int{2}}, "1", "a list"},
		{Type{Elem: value.IntOf(8), Dims: []int{2}}, `[1, "x"]`, "element 1"},
		{Type{Elem: value.UintOf(100)}, strings.Repeat("9", 100), "at most 100 bits"},
	} {
		if _, err := x.t.ParseInput(x.text); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s from %s: %v", x.t, x.text, err)
		}
	}
}
