package ast

// Walk calls visit for n and, where visit returns true, for all parts of n, mostly in the order of the source. Names and operands are parts
// of the node that holds them: visit sees an operand's index, not the operand.
func Walk(n Node, visit func(Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	w := walker(visit)
	switch n := n.(type) {
	case Stmt:
		w.statement(n)
	case Expr:
		w.expression(n)
	case *Type:
		w.exprs(n.Size)
		w.typ(n.Elem)
		w.exprs(n.Dims...)
		w.exprs(n.Rank)
	}
}

type walker func(Node) bool

func (w walker) exprs(list ...Expr) {
	for _, e := range list {
		if e != nil {
			Walk(e, w)
		}
	}
}

func (w walker) stmts(list ...Stmt) {
	for _, s := range list {
		if s != nil {
			Walk(s, w)
		}
	}
}

func (w walker) typ(t *Type) {
	if t != nil {
		Walk(t, w)
	}
}

func (w walker) block(b *Block) {
	if b != nil {
		Walk(b, w)
	}
}

func (w walker) operands(list ...Operand) {
	for i := range list {
		w.exprs(list[i].Index)
	}
}

func (w walker) params(list []Param) {
	for i := range list {
		w.typ(list[i].Type)
	}
}

func (w walker) statement(s Stmt) {
	switch s := s.(type) {
	case *Register:
		w.exprs(s.Size)
	case *GateDef:
		w.stmts(s.Body...)
	case *Call:
		for _, m := range s.Modifiers {
			w.exprs(m.Arg)
		}
		w.exprs(s.Params...)
		w.exprs(s.Duration)
		w.operands(s.Operands...)
	case *Measure:
		if s.Assign {
			w.operands(s.Bits, s.Qubits)
		} else {
			w.operands(s.Qubits, s.Bits)
		}
	case *Reset:
		w.operands(s.Qubits)
	case *Barrier:
		w.operands(s.Operands...)
	case *Nop:
		w.operands(s.Operands...)
	case *Delay:
		w.exprs(s.Duration)
		w.operands(s.Operands...)
	case *Assign:
		w.operands(s.Target)
		w.exprs(s.Value)
	case *ExprStmt:
		w.exprs(s.Value)
	case *Annotated:
		w.stmts(s.Stmt)
	case *Declaration:
		w.typ(s.Type)
		w.exprs(s.Value)
	case *Alias:
		w.exprs(s.Value)
	case *Return:
		w.exprs(s.Value)
	default:
		w.compound(s)
	}
}

// compound is statement for those that hold bodies.
func (w walker) compound(s Stmt) {
	switch s := s.(type) {
	case *Block:
		w.stmts(s.Statements...)
	case *Box:
		w.exprs(s.Duration)
		w.block(s.Body)
	case *If:
		w.exprs(s.Condition)
		w.stmts(s.Body, s.Else)
	case *For:
		w.typ(s.Type)
		w.exprs(s.Values)
		w.stmts(s.Body)
	case *While:
		w.exprs(s.Condition)
		w.stmts(s.Body)
	case *Switch:
		w.exprs(s.Value)
		for _, c := range s.Cases {
			w.exprs(c.Labels...)
			w.block(c.Body)
		}
	case *Def:
		w.params(s.Params)
		w.typ(s.Returns)
		w.block(s.Body)
	case *Extern:
		w.params(s.Params)
		w.typ(s.Returns)
	case *Defcal:
		for _, a := range s.Args {
			w.exprs(a.Value)
			if a.Param != nil {
				w.typ(a.Param.Type)
			}
		}
		w.typ(s.Returns)
	}
}

func (w walker) expression(e Expr) {
	switch e := e.(type) {
	case *Index:
		w.exprs(e.Base, e.Index)
	case *Range:
		w.exprs(e.Start, e.Step, e.Stop)
	case *Set:
		w.exprs(e.Items...)
	case *IndexList:
		w.exprs(e.Items...)
	case *Chain:
		w.exprs(e.Links...)
	case *Paren:
		w.exprs(e.Inner)
	case *Unary:
		w.exprs(e.Inner)
	case *Binary:
		w.exprs(e.Left, e.Right)
	case *Function:
		w.exprs(e.Args...)
	case *Cast:
		w.typ(e.Type)
		w.exprs(e.Value)
	case *DurationOf:
		w.block(e.Body)
	case *Concat:
		w.exprs(e.Parts...)
	case *Member:
		w.exprs(e.Value, e.Set)
	case *ArrayLiteral:
		w.exprs(e.Items...)
	case *Measurement:
		w.operands(e.Qubits)
	case *QuantumCall:
		w.exprs(e.Params...)
		w.operands(e.Operands...)
	}
}
