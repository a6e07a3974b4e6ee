package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/softquantus/qcos/internal/program"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/spelling"
	"github.com/softquantus/qcos/internal/value"
)

// ioDecl is `input type name;` or `output type name;`.
func (c *Compiler) ioDecl(s *ast.Declaration, t value.Type) {
	ok := c.globalOnly(s.Span(), "inputs and outputs are declared")
	if s.Value != nil {
		c.rep.Error(s.Value.Span(), "unexpected_value", "", "an %v has no initial value", s.Role)
		ok = false
	}
	if !c.mayDeclare(s.Name) || !ok {
		c.declareBroken(s.Name)
		return
	}
	if s.Role == ast.Output {
		sym := c.newVariable(s.Name, t, c.keep(t.Words()))
		c.outputs = append(c.outputs, sym.name)
		return
	}
	words := make([]uint64, t.Words())
	c.inputWords(s, t, nil, words)
	slot := c.fixedVariable(s.Name, program.Type{Elem: t}, words)
	c.declare(&symbol{name: s.Name.Symbol, meaning: variable, at: s.Name.Span(), typ: t, slot: slot, input: true, readonly: false})
}

func (c *Compiler) arrayIO(s *ast.Declaration, elem value.Type, dims []int) {
	if !c.mayDeclare(s.Name) {
		return
	}
	v := newView(elem, dims, 0, c.name(s.Name.Symbol))
	if s.Role == ast.Output {
		v.base = c.keep(int(v.words))
		c.report(s.Name, program.Type{Elem: elem, Dims: dims}, v.base)
		c.outputs = append(c.outputs, s.Name.Symbol)
	} else {
		words := make([]uint64, v.words)
		c.inputWords(s, elem, dims, words)
		v.base = c.fixedVariable(s.Name, program.Type{Elem: elem, Dims: dims}, words)
	}
	c.declare(&symbol{name: s.Name.Symbol, meaning: array, at: s.Name.Span(), arr: v})
}

// inputWords fills in the value that the user gave for an input.
func (c *Compiler) inputWords(s *ast.Declaration, t value.Type, dims []int, words []uint64) {
	name := c.names.Text(s.Name.Symbol)
	c.inputNames = append(c.inputNames, name)
	text, given := c.opts.Inputs[name]
	if !given {
		if !c.opts.CheckOnly {
			c.rep.Error(s.Name.Span(), "missing_input", fmt.Sprintf("give it with --input %s=VALUE", name), "the input `%s` has no value", name)
		}
		return
	}
	typ := program.Type{Elem: t, Dims: dims}
	value, err := typ.ParseInput(text)
	if err != nil {
		c.rep.Error(s.Name.Span(), "invalid_input", "", "the input `%s`: %v", name, err)
		return
	}
	copy(words, value)
}

// unknownInputs reports values for inputs that the program does not have.
func (c *Compiler) unknownInputs() {
	var names []string
	for name := range c.opts.Inputs {
		if !slices.Contains(c.inputNames, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		hint := "the program has no inputs"
		if len(c.inputNames) > 0 {
			hint = "the inputs are " + strings.Join(c.inputNames, ", ")
			if near := spelling.Nearest(name, c.inputNames); near != "" {
				hint = "did you mean `" + near + "`?"
			}
		}
		c.rep.Error(c.start, "unknown_input", hint, "the program has no input `%s`", name)
	}
}
