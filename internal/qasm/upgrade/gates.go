package upgrade

import (
	"fmt"
	"strings"

	"github.com/softquantus/qcos/internal/gate"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// oldU is the gate that OpenQASM 2 calls U: without the phase of the new one.
const oldU = "u"

const oldUDefinition = "gate u(theta, phi, lambda) q {\n  gphase(-theta/2);\n  U(theta, phi, lambda) q;\n}\n"

// spellings are gates of OpenQASM 2 that OpenQASM 3 has under another name: rz of qelib1.inc is what others call p.
// The others are names of tools.
var spellings = map[string]string{
	"U": oldU, "u3": oldU, "u": oldU, "rz": "p", "CX": "cx", "cu1": "cp", "phase": "p", "phaseshift": "p", "cphase": "cp", "cphaseshift": "cp",
	"i": "id", "si": "sdg", "ti": "tdg", "v": "sx", "cnot": "cx", "ccnot": "ccx", "toffoli": "ccx", "fredkin": "cswap",
}

func (r *rewriter) call(s *ast.Call) {
	for _, o := range s.Operands {
		r.name(o.Name)
	}
	for _, e := range s.Params {
		r.expression(e)
	}
	if r.own[s.Name.Symbol] {
		r.name(s.Name)
		return
	}
	name := r.names.Text(s.Name.Symbol)
	if name == "u2" { // u with theta = pi/2
		r.needed[oldU] = true
		r.edit(s.Name.Start, s.Name.End, oldU)
		if len(s.Params) > 0 {
			r.edit(s.Params[0].Span().Start, s.Params[0].Span().Start, "pi/2, ")
		}
		return
	}
	if to := spellings[name]; to != "" {
		if to == oldU {
			r.needed[oldU] = true
		}
		r.edit(s.Name.Start, s.Name.End, to)
		return
	}
	r.library(s, name)
}

// library keeps the name of a gate that both libraries have and understand alike, and asks for a definition of another one.
func (r *rewriter) library(s *ast.Call, name string) {
	row, ok := gate.Lookup(name)
	switch {
	case !ok:
		r.failed = true
	case row.Homes[gate.QASM3] == gate.Library && alike(row):
	case bodies[name] == "" && row.Body == "":
		r.failed = true
	default:
		if to := r3name(row); to != name {
			if r.known(to) && r.own[r.names.Symbol([]byte(to))] {
				r.failed = true
			}
			r.edit(s.Name.Start, s.Name.End, to)
		}
		r.needed[name] = true
	}
}

// alike reports whether both languages give a gate the same phase.
func alike(row *gate.Gate) bool {
	angles := []float64{0.1, 0.2, 0.3, 0.4}[:len(row.Params)]
	return row.PhaseIn(gate.QASM2, angles) == row.PhaseIn(gate.QASM3, angles)
}

// prelude is the definitions of the gates that are needed, each behind those that it needs itself.
func (r *rewriter) prelude() (string, bool) {
	if len(r.needed) == 0 {
		return "", true
	}
	texts := map[string]string{}
	for again := true; again; {
		again = false
		for name := range r.needed {
			if texts[name] != "" || name == oldU {
				continue
			}
			row, _ := gate.Lookup(name)
			text, needs, ok := definition(row)
			if !ok {
				return "", false
			}
			texts[name], again = text, true
			for _, n := range needs {
				r.needed[n] = true
			}
		}
	}
	var b strings.Builder
	b.WriteString("\n\n// Gates of qelib1.inc as OpenQASM 2 has them.\n")
	if r.needed[oldU] {
		b.WriteString(oldUDefinition)
	}
	for _, row := range gate.All() {
		b.WriteString(texts[row.Name])
	}
	b.WriteString("\n")
	return b.String(), true
}

// bodies are definitions of gates in words of OpenQASM 3, where they are shorter or clearer than the text of qelib1.inc, phases
// included. The others are made of that text.
var bodies = map[string]string{
	"u0": "id a;", "sx": "sx a; gphase(-pi/4);", "sxdg": "inv @ sx a; gphase(pi/4);",
	"rzz": "cx a, b; p(theta) b; cx a, b;", "rxx": "h a; h b; cx a, b; p(theta) b; cx a, b; h a; h b; gphase(-theta);",
	"ryy": "rx(pi/2) a; rx(pi/2) b; cx a, b; rz(theta) b; cx a, b; rx(-pi/2) a; rx(-pi/2) b;", "rzx": "h b; cx a, b; rz(theta) b; cx a, b; h b;",
	"r": "rz(-phi) a; rx(theta) a; rz(phi) a;", "iswap": "swap a, b; cz a, b; s a; s b;", "cs": "ctrl @ s a, b;", "csdg": "ctrl @ sdg a, b;",
	"csx": "ctrl @ sx a, b;", "ccz": "ctrl(2) @ z a, b, c;", "c3x": "ctrl(3) @ x a, b, c, d;", "c3sqrtx": "ctrl(3) @ sx a, b, c, d;",
	"c4x": "ctrl(4) @ x a, b, c, d, e;", "vi": "inv @ sx a;", "cv": "ctrl @ sx a, b;", "c3sx": "ctrl(3) @ sx a, b, c, d;", "prx": "rz(-phi) a; rx(theta) a; rz(phi) a;", "cu3": "ctrl @ u(theta, phi, lambda) a, b;",
	"ecr": "h b; cx a, b; rz(pi/4) b; cx a, b; h b; x a; h b; cx a, b; rz(-pi/4) b; cx a, b; h b;",
}

// definition is a gate of the old library as a definition of OpenQASM 3, and the gates that it needs.
func definition(row *gate.Gate) (text string, needs []string, ok bool) {
	params := ""
	if len(row.Params) > 0 {
		params = "(" + strings.Join(row.Params, ", ") + ")"
	}
	if body := bodies[row.Name]; body != "" {
		if strings.Contains(body, " u(") {
			needs = []string{oldU}
		}
		return fmt.Sprintf("gate %s%s %s { %s }\n", r3name(row), params, strings.Join(row.Operands, ", "), body), needs, true
	}
	// The gate is called otherwise while its body is rewritten: what has the name of a library gate is left alone.
	const stand = "definition_of_a_library_gate"
	old := fmt.Sprintf("gate %s%s %s { %s }\n", stand, params, strings.Join(row.Operands, ", "), row.Body)
	r, list := read([]byte(old))
	for _, s := range list {
		r.statement(s)
	}
	if r.failed || len(list) != 1 {
		return "", nil, false
	}
	for n := range r.needed {
		needs = append(needs, n)
	}
	return strings.Replace(string(r.apply()), stand, r3name(row), 1), needs, true
}

// r3name is the name of a definition. Where OpenQASM 3 has a gate of the name that means something else, it is another one.
func r3name(row *gate.Gate) string {
	if row.Homes[gate.QASM3] == gate.Library {
		return row.Name + "_"
	}
	return row.Name
}

// functions are those that OpenQASM 3 calls otherwise.
var functions = map[token.Symbol]string{token.Ln: "log", token.Asin: "arcsin", token.Acos: "arccos", token.Atan: "arctan"}

// expression rewrites a value, which is a real number in OpenQASM 2. It reports whether OpenQASM 3 takes it for an integer.
func (r *rewriter) expression(e ast.Expr) (integer bool) {
	switch e := e.(type) {
	case *ast.Int:
		if !e.Fits || e.Value >= 1<<31 {
			r.toFloat(e)
			return false
		}
		return true
	case *ast.Ident:
		r.name(ast.Name{At: e.At, Symbol: e.Symbol})
	case *ast.Paren:
		return r.expression(e.Inner)
	case *ast.Unary:
		if e.Op == token.Plus {
			r.edit(e.Start, e.Inner.Span().Start, "")
		}
		return r.expression(e.Inner)
	case *ast.Binary:
		return r.binary(e)
	case *ast.Function:
		if to := functions[e.Name.Symbol]; to != "" {
			r.edit(e.Name.Start, e.Name.End, to)
		}
		for _, a := range e.Args {
			r.expression(a)
		}
	}
	return false
}

// binary rewrites powers, and keeps divisions and powers of integers from being done in integers.
func (r *rewriter) binary(e *ast.Binary) bool {
	left, right := r.expression(e.Left), r.expression(e.Right)
	if e.Op == token.Caret {
		r.edit(e.OpAt.Start, e.OpAt.End, "**")
	}
	if !left || !right {
		return false
	}
	if e.Op == token.Plus || e.Op == token.Minus {
		return true
	}
	r.toFloat(e.Left)
	return false
}

// toFloat writes the integers of an expression with a point.
func (r *rewriter) toFloat(e ast.Expr) {
	ast.Walk(e, func(n ast.Node) bool {
		if i, ok := n.(*ast.Int); ok {
			r.edit(i.End, i.End, ".0")
		}
		return true
	})
}
