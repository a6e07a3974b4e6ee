package sema

import (
	"math"
	"testing"
)

// TestApply holds what has a value and what has none.
func TestApply(t *testing.T) {
	for _, test := range []struct {
		op      Op
		a, b    float64
		want    float64
		without bool // a value
	}{
		{Add, 1, 2, 3, false}, {Sub, 1, 2, -1, false}, {Mul, 3, 4, 12, false}, {Div, 1, 4, 0.25, false}, {Pow, 2, 10, 1024, false},
		{Div, 1, 0, 0, true}, {Div, 0, 0, 0, true}, {Pow, 0, -1, 0, true}, {Pow, 0, 0, 1, false}, {Pow, -8, 1.0 / 3, 0, true}, {Pow, -2, 3, -8, false},
		{Pow, 10, 400, 0, true}, {Mul, 1e200, 1e200, 0, true}, {Add, 1.7e308, 1.7e308, 0, true},
		{Neg, 2, 0, -2, false}, {Sin, math.Pi / 2, 0, 1, false}, {Cos, 0, 0, 1, false}, {Tan, 0, 0, 0, false}, {Exp, 0, 0, 1, false},
		{Exp, 1000, 0, 0, true}, {Ln, 1, 0, 0, false}, {Ln, 0, 0, 0, true}, {Ln, -1, 0, 0, true}, {Sqrt, 4, 0, 2, false}, {Sqrt, -1, 0, 0, true},
		{Asin, 1, 0, math.Pi / 2, false}, {Asin, 1.1, 0, 0, true}, {Acos, -1, 0, math.Pi, false}, {Acos, -1.1, 0, 0, true}, {Atan, 0, 0, 0, false},
	} {
		got, reason := 0.0, ""
		if test.op.binary() {
			got, reason = test.op.apply2(test.a, test.b)
		} else {
			got, reason = test.op.apply1(test.a)
		}
		if (reason != "") != test.without || !test.without && math.Abs(got-test.want) > 1e-12 {
			t.Errorf("operation %d of %v and %v: %v %q, want %v", test.op, test.a, test.b, got, reason, test.want)
		}
	}
}

func TestFormula(t *testing.T) {
	// (p0 - 2) / p1
	f := Formula{Code: []Instr{{Op: Param, Arg: 0}, {Op: Push, Value: 2}, {Op: Sub}, {Op: Param, Arg: 1}, {Op: Div}}}
	got, scratch, reason := f.Eval([]float64{5, 4}, nil)
	if got != 0.75 || reason != "" {
		t.Errorf("%v %q", got, reason)
	}
	if _, _, reason := f.Eval([]float64{5, 0}, scratch); reason != "division by zero" {
		t.Errorf("division by zero: %q", reason)
	}
	if got, _, _ := (&Formula{Value: 7}).Eval(nil, nil); got != 7 {
		t.Errorf("a constant is %v", got)
	}
}

func TestAdd(t *testing.T) {
	if add(1, 2) != 3 || add(math.MaxUint64, 1) != math.MaxUint64 || add(math.MaxUint64-1, 1) != math.MaxUint64 {
		t.Error("addition does not stay at the greatest value")
	}
}
