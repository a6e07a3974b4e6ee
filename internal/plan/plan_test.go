package plan

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/softquantus/qcos/internal/circuit"
	"github.com/softquantus/qcos/internal/sim"
)

// fake is an engine that says what a case lets it say.
type fake struct {
	name           string
	precisions     []sim.Precision
	unfit          string
	bytes, seconds float64 // of double precision; single takes half the bytes
	want           sim.Want
}

func (f fake) Name() string { return f.name }

func (f fake) Capabilities() sim.Capabilities {
	return sim.Capabilities{Want: sim.Counts | f.want, Precisions: f.precisions, MaxQubits: 1000, Unfit: func(*circuit.Circuit) string { return f.unfit }}
}

func (f fake) Estimate(r *sim.Request) sim.Estimate {
	b := f.bytes
	if r.Precision == sim.Single {
		b /= 2
	}
	return sim.Estimate{Bytes: int64(b), Seconds: f.seconds}
}

func (f fake) Run(context.Context, *sim.Request) (*sim.Result, error) {
	panic("a planner runs nothing")
}

var anyPrecision = []sim.Precision{sim.Double, sim.Single}

func request(p sim.Precision) *sim.Request {
	c := &circuit.Circuit{}
	c.AddQreg("q", 3)
	return &sim.Request{Circuit: c, Want: sim.Counts, Shots: 1, Threads: 1, Precision: p}
}

func TestChoose(t *testing.T) {
	dense := fake{name: "dense", precisions: anyPrecision, bytes: 1000, seconds: 5}
	quick := fake{name: "quick", precisions: anyPrecision, bytes: 4000, seconds: 1}
	narrow := fake{name: "narrow", precisions: []sim.Precision{sim.Double}, bytes: 10, seconds: 0.1, unfit: "h is not classical"}
	for _, c := range []struct {
		name          string
		engines       []sim.Engine
		precision     sim.Precision
		method        string
		memory        int64
		want          string
		wantPrecision sim.Precision
		reasons       string // of all candidates in order
		warned        bool
	}{
		{"fastest", []sim.Engine{dense, quick}, sim.Auto, AutoMethod, 9999, "quick", sim.Double, "the fastest that fits; slower than quick", false},
		{"fastest that fits at all", []sim.Engine{quick, dense}, sim.Double, AutoMethod, 1999, "dense", sim.Double, "the only one that can; needs 3.9 KiB, 2.0 KiB may be used", false},
		{"unfit is out", []sim.Engine{narrow, dense}, sim.Auto, AutoMethod, 9999, "dense", sim.Double, "the only one that can; h is not classical", false},
		{"asked for", []sim.Engine{dense, quick}, sim.Auto, "dense", 9999, "dense", sim.Double, "asked for; not asked for", false},
		{"single where double does not fit", []sim.Engine{dense}, sim.Auto, AutoMethod, 600, "dense", sim.Single, "the only one that can", true},
		{"single asked for", []sim.Engine{dense}, sim.Single, AutoMethod, 9999, "dense", sim.Single, "the only one that can", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Choose(c.engines, request(c.precision), c.method, c.memory)
			if err != nil {
				t.Fatal(err)
			}
			var reasons []string
			for _, x := range p.Candidates {
				reasons = append(reasons, x.Reason)
			}
			if p.Method != c.want || p.Precision != c.wantPrecision || strings.Join(reasons, "; ") != c.reasons || (len(p.Warnings) > 0) != c.warned {
				t.Errorf("got %s %s, reasons %q, warnings %q", p.Method, p.Precision, reasons, p.Warnings)
			}
		})
	}
}

func TestChooseRefuses(t *testing.T) {
	dense := fake{name: "dense", precisions: anyPrecision, bytes: 1 << 30, seconds: 5}
	narrow := fake{name: "narrow", precisions: anyPrecision, unfit: "h is not classical"}
	slow := fake{name: "slow", precisions: anyPrecision, bytes: 10, seconds: math.Inf(1)}
	for _, c := range []struct {
		name, method string
		engines      []sim.Engine
		precision    sim.Precision
		memory       int64
		detail, next string
	}{
		{"memory", AutoMethod, []sim.Engine{dense, narrow}, sim.Auto, 1 << 20, "3 qubits need 512 MiB (method dense, single precision), and 1 MiB may be used", "use a machine where 512 MiB may be used (see --max-memory), or fewer qubits"},
		{"single would do", AutoMethod, []sim.Engine{dense}, sim.Double, 600 << 20, "3 qubits need 1 GiB (method dense, double precision), and 600 MiB may be used", "use --precision single: it needs 512 MiB"},
		{"another method would do", "narrow", []sim.Engine{dense, narrow}, sim.Auto, 2 << 30, "method narrow cannot run this circuit: h is not classical", "use --method auto: dense can run it"},
		{"nothing can", AutoMethod, []sim.Engine{narrow}, sim.Auto, 2 << 30, "no method can run this circuit: narrow: h is not classical", "use fewer qubits, or leave out what the method lacks: qcos explain says what speaks against each"},
		{"time", AutoMethod, []sim.Engine{slow}, sim.Auto, 2 << 30, "the circuit would take more than a year with method slow", "use fewer shots, operations or qubits"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Choose(c.engines, request(c.precision), c.method, c.memory)
			var e *InfeasibleError
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			if e.Detail != c.detail || e.Next != c.next {
				t.Errorf("got detail %q\nnext %q", e.Detail, e.Next)
			}
			if len(e.Candidates) != len(c.engines) {
				t.Errorf("%d candidates of %d engines", len(e.Candidates), len(c.engines))
			}
		})
	}
}

func TestChooseRefusesWantsBeyondCapabilities(t *testing.T) {
	r := request(sim.Auto)
	r.Want |= sim.Amplitudes
	counting := fake{name: "counting", precisions: anyPrecision, bytes: 1, seconds: 1}
	full := fake{name: "full", precisions: anyPrecision, bytes: 100, seconds: 9, want: sim.Amplitudes}
	p, err := Choose([]sim.Engine{counting, full}, r, AutoMethod, 1000)
	if err != nil || p.Method != "full" || p.Candidates[1].Reason != "it does not give amplitudes" {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestUnknownMethod(t *testing.T) {
	if _, err := Choose([]sim.Engine{fake{name: "dense"}}, request(sim.Auto), "sparse", 1); err == nil {
		t.Error("an unknown method was taken")
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1 KiB", 1536: "1.5 KiB", 16 << 30: "16 GiB", 20615843020: "19.2 GiB", math.MaxInt64: "more memory than any machine has"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
