package draw

import (
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/softquantus/qcos/internal/bitvec"
	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/gate"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample holds every mark.
func sample() *circuit.Circuit {
	c := &circuit.Circuit{GlobalPhase: 0.5}
	c.AddQreg("q", 3)
	c.AddQreg("anc", 1)
	c.AddCreg("c", 2)
	c.AddCreg("flag", 1)
	c.AddGate(gate.H, 0, nil, 0)
	c.AddGate(gate.X, 1, nil, 0, 1)
	c.AddGate(gate.RZ, 0, []float64{3.14159265358979 / 4}, 2)
	c.AddGate(gate.X, 2, nil, 0, 2, 3)
	c.AddGate(gate.Swap, 1, nil, 1, 0, 3)
	c.AddBarrier()
	c.AddGate(gate.RXX, 0, []float64{0.123456}, 0, 2)
	c.AddGate(gate.Z, 1, nil, 0, 1)
	c.AddGate(gate.P, 1, []float64{1}, 3, 0)
	c.AddGate(gate.GPhase, 2, []float64{1e-5}, 1, 2)
	c.AddUnitary([]complex128{0, 1, 1, 0}, 1, 0, 2)
	c.AddMeasure(0, 0)
	c.AddMeasure(1, 1)
	c.AddMeasure(2, circuit.NoClbit)
	c.AddGate(gate.X, 0, nil, 2).If = c.AddCondition(circuit.Condition{First: 0, Width: 2, Value: bitvec.FromUint64(2, 2)})
	c.AddReset(1).If = c.AddCondition(circuit.Condition{First: 1, Width: 1, Value: bitvec.FromUint64(1, 1), Negate: true})
	c.AddReset(3)
	c.AddBarrier(0, 1)
	c.AddMeasure(3, 2)
	return c
}

// TestGolden holds how circuits look.
func TestGolden(t *testing.T) {
	for name, got := range map[string]string{"wide.txt": Text(sample(), nil, 0), "folded.txt": Text(sample(), nil, 50), "sample.svg": SVG(sample(), nil)} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || got != string(want) {
			t.Errorf("%s: run with -update and look at the difference if this is right: %v\n%s", name, err, got)
		}
	}
}

// TestWidth holds that no line is wider than asked for, unless a column alone is, and that nothing is lost by folding.
func TestWidth(t *testing.T) {
	whole := Text(sample(), nil, 0)
	for width := 40; width < 140; width++ {
		text := Text(sample(), nil, width)
		for _, l := range strings.Split(text, "\n") {
			if n := utf8.RuneCountInString(l); n > width {
				t.Errorf("width %d: a line of %d: %s", width, n, l)
			}
		}
		for _, sign := range []string{"●", "⊕", "╳", "M", "rxx", "|0⟩", "╩"} {
			if got, want := strings.Count(text, sign), strings.Count(whole, sign); got != want {
				t.Errorf("width %d: %d × %s, want %d", width, got, sign, want)
			}
		}
	}
	if narrow := Text(sample(), nil, 1); !strings.Contains(narrow, "rz(π/4)") {
		t.Errorf("nothing is drawn at width 1:\n%s", narrow)
	}
}

func TestEmpty(t *testing.T) {
	c := &circuit.Circuit{}
	if got := Text(c, nil, 80); got != "" {
		t.Errorf("a circuit without anything is drawn as %q", got)
	}
	c.AddQreg("q", 1)
	if got := Text(c, nil, 80); got != "q ─\n" {
		t.Errorf("a qubit alone is drawn as %q", got)
	}
	c.AddQreg("empty", 0)
	c.AddCreg("none", 0)
	c.AddBarrier()
	if got := Text(c, nil, 80); !strings.Contains(got, "░") {
		t.Errorf("a barrier is drawn as %q", got)
	}
}

// TestSVG holds that the picture is well-formed, whatever the registers are called, and fetches nothing.
func TestSVG(t *testing.T) {
	c := sample()
	c.Qregs[1].Name = `<a&"b>`
	text := SVG(c, nil)
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	if rest := strings.ReplaceAll(text, "http://www.w3.org/2000/svg", ""); strings.Contains(rest, "://") || strings.Contains(rest, "<a&") {
		t.Errorf("something is fetched or not escaped:\n%s", text)
	}
}

func TestAngle(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 3.141592653589793: "π", -3.141592653589793 / 2: "-π/2", 3 * 3.141592653589793 / 4: "3π/4", 0.1234567: "0.123", 1e-5: "1e-05", 12345678: "1.23e+07", 2: "2",
	} {
		if got := angle(v); got != want {
			t.Errorf("%g is drawn as %s, want %s", v, got, want)
		}
	}
}
