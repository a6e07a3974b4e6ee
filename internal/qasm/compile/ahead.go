package compile

import (
	"slices"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/ast"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Ahead looks for the definition of a name in what has not been compiled yet: a gate, a subroutine, an extern function or a constant at
// the top of the program, as a tree that stays. Nil: there is none. A definition that cannot be parsed is a nil statement with its place.
type Ahead func(name token.Symbol) (s ast.Stmt, at diag.Span)

// callee is what a name that is applied or called means. A definition that stands further down is compiled for it, with a warning.
func (c *Compiler) callee(n ast.Name) *symbol {
	if sym := c.lookup(n.Symbol); sym != nil || c.opts.Ahead == nil {
		return sym
	}
	s, at := c.opts.Ahead(n.Symbol)
	if at == (diag.Span{}) || c.isOpen(n.Symbol) {
		return nil
	}
	switch s.(type) {
	case *ast.GateDef, *ast.Def, *ast.Extern:
		if c.waiting == maxWaiting {
			c.rep.Error(n.Span(), "used_before_definition", "move the definition in front of its first use", "more than %d definitions each use one that stands further down", maxWaiting)
			return nil
		}
		c.waiting++
		defer func() { c.waiting-- }()
		c.rep.Deviation(n.Span(), "used_before_definition", "move the definition in front of its first use", "%s is used before its definition", c.name(n.Symbol))
		c.rep.Also(at, "%s is defined here", c.name(n.Symbol))
		c.atTop(func() { c.forward(s, at) })
		c.early[at.Start] = true
	case nil: // what is wrong with it is said where it stands
		c.atTop(func() { c.declareBroken(ast.Name{At: ast.At(at), Symbol: n.Symbol}) })
		c.early[at.Start] = true
	}
	return c.lookup(n.Symbol)
}

// maxWaiting bounds the definitions that wait for one further down.
const maxWaiting = 1000

// isOpen reports whether a gate is being defined right now.
func (c *Compiler) isOpen(s token.Symbol) bool {
	return c.open != nil && c.openName.Symbol == s || slices.Contains(c.opening, s)
}

// forward compiles a definition ahead of its place. Constants that it names and that stand between are there for it, and for nothing else.
func (c *Compiler) forward(s ast.Stmt, at diag.Span) {
	before, lent := c.forwardAt, c.lent
	c.forwardAt, c.lent = at.Start, nil
	c.stmt(s)
	for i := len(c.lent) - 1; i >= 0; i-- {
		c.table[c.lent[i].name] = c.lent[i].outer
	}
	c.forwardAt, c.lent = before, lent
}

// between is a constant that stands between the use of a definition and the definition, which is being compiled; nil: there is none.
func (c *Compiler) between(n ast.Name) *symbol {
	if c.forwardAt == 0 {
		return nil
	}
	s, at := c.opts.Ahead(n.Symbol)
	d, ok := s.(*ast.Declaration)
	if !ok || at.Start > c.forwardAt && c.sources.Find(at.Start) == c.sources.Find(c.forwardAt) {
		return nil
	}
	c.atTop(func() {
		if t, ok := c.scalarType(d.Type); ok {
			if sym := c.constSymbol(d, t); sym != nil {
				c.declare(sym)
				c.lent = append(c.lent, sym)
			}
		}
	})
	return c.lookup(n.Symbol)
}

// laterQubits is a register of qubits that is declared below the subroutine that uses it; nil: there is none.
func (c *Compiler) laterQubits(n ast.Name) *symbol {
	if c.opts.Ahead == nil || c.rep.Strict {
		return nil
	}
	s, at := c.opts.Ahead(n.Symbol)
	if r, ok := s.(*ast.Register); !ok || !r.Quantum || c.early[at.Start] {
		return nil
	}
	c.atTop(func() { c.forward(s, at) })
	c.early[at.Start] = true
	return c.lookup(n.Symbol)
}

// compiled reports whether a definition was compiled already where it was used.
func (c *Compiler) compiled(n ast.Name) bool { return c.early[n.Start] }

// whereabouts are the place in the program at which the compiler is.
type whereabouts struct {
	fn        *code    // the function at hand
	at        diag.Pos // of what is being compiled
	direct    bool     // the program under construction is nothing but the circuit so far; afterwards the circuit is what comes first
	depth     int32    // of the scope at hand: 0 is the language's own, 1 the program's
	floor     int32    // within a definition its depth, else 0
	inGate    bool
	inDef     *def
	loops     []loop
	dead      bool  // what is compiled is never run
	kept      int32 // slots below are in use until the scope ends
	tempsFrom int32 // slots from here on are temporaries of the statement at hand
	open      *Gate // the gate whose definition is being read
	openName  ast.Name
	mayDefine bool
}

// atTop does something as if the compiler were at the top of the program, outside of all blocks and definitions.
func (c *Compiler) atTop(do func()) {
	was := c.whereabouts
	scopes := c.scopes
	for _, s := range slices.Backward(scopes) {
		for _, sym := range slices.Backward(s.declared) {
			c.table[sym.name] = sym.outer
		}
	}
	if c.open != nil {
		c.opening = append(c.opening, c.openName.Symbol)
	}
	c.scopes, c.depth, c.floor, c.inGate, c.inDef, c.loops, c.dead, c.open = nil, 1, 0, false, nil, nil, false, nil
	do()
	if was.open != nil {
		c.opening = c.opening[:len(c.opening)-1]
	}
	c.scopes = scopes
	for _, s := range scopes {
		for _, sym := range s.declared {
			for int(sym.name) >= len(c.table) {
				c.table = append(c.table, nil)
			}
			sym.outer, c.table[sym.name] = c.table[sym.name], sym
		}
	}
	c.whereabouts = was
}
