package emit

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

// Same reports whether two circuits do the same by the same gates, as far as they are written alike. Angles may differ in their last
// digits, which are roundings, and rz stands for p with its phase. Conditions are left out: the reader of OpenQASM 3 simplifies them.
// False may be wrong; true is not, conditions apart.
func Same(c, d *circuit.Circuit) bool {
	a, err1 := written(&writer{circuit: c, dialect: gate.QASM3, phase: c.GlobalPhase, normal: true})
	b, err2 := written(&writer{circuit: d, dialect: gate.QASM3, phase: d.GlobalPhase, normal: true})
	return err1 == nil && err2 == nil && equal(conditional.ReplaceAll(a, nil), conditional.ReplaceAll(b, nil))
}

var conditional = regexp.MustCompile(`(?m)^if \(.*?\) `)

// equal compares texts but for the last digits of numbers.
func equal(a, b []byte) bool {
	x, y := numbers.FindAllIndex(a, -1), numbers.FindAllIndex(b, -1)
	if len(x) != len(y) {
		return false
	}
	i, j := 0, 0
	for k := range x {
		if string(a[i:x[k][0]]) != string(b[j:y[k][0]]) {
			return false
		}
		v, err1 := strconv.ParseFloat(string(a[x[k][0]:x[k][1]]), 64)
		w, err2 := strconv.ParseFloat(string(b[y[k][0]:y[k][1]]), 64)
		if err1 != nil || err2 != nil || math.Abs(v-w) > 1e-12*max(1, math.Abs(v)) {
			return false
		}
		i, j = x[k][1], y[k][1]
	}
	return string(a[i:]) == string(b[j:])
}

var numbers = regexp.MustCompile(`[0-9]+\.[0-9]+(e[-+]?[0-9]+)?`)

// denominators are what pi is divided by in the angles that people write.
var denominators = []int{1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256, 512, 1024}

// number writes a value so that reading it gives the same: a fraction of pi where it is one to the last bit, else digits.
func number(v float64, d gate.Dialect) string {
	if v == 0 {
		return "0"
	}
	for _, n := range denominators {
		k := math.Round(v * float64(n) / math.Pi)
		if k == 0 || math.Abs(k) > 64 || k*math.Pi/float64(n) != v {
			continue
		}
		return fraction(int(k), n)
	}
	text := strconv.FormatFloat(v, 'g', -1, 64)
	mantissa, exponent, has := strings.Cut(text, "e")
	if !strings.Contains(mantissa, ".") { // a number without a point is an integer, and not allowed with an exponent
		mantissa += ".0"
	}
	if has {
		return mantissa + "e" + strings.TrimPrefix(exponent, "+")
	}
	return mantissa
}

func fraction(k, n int) string {
	text := "pi"
	switch {
	case k == -1:
		text = "-pi"
	case k != 1:
		text = fmt.Sprintf("%d*pi", k)
	}
	if n > 1 {
		text += fmt.Sprintf("/%d", n)
	}
	return text
}
