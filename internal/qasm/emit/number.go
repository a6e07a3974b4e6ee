package emit

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/softquantus/qcos/internal/gate"
)

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
