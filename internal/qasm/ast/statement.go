package ast

import (
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Version is `OPENQASM 2.0;`. Minor is -1 where it is not written.
type Version struct {
	At
	Major, Minor int
}

// Include is `include "path";`.
type Include struct {
	At
	Path   string
	PathAt diag.Span
}

// Register is `qreg name[size];` or `creg name[size];`, or in OpenQASM 3 `qubit[size] name;`. What `bit` declares is a Declaration.
type Register struct {
	At
	Quantum bool
	Modern  bool // spelled `qubit`
	Name    Name
	Size    Expr // nil: a single qubit or bit, which is not a register of size 1
}

// GateDef is `gate name(params) qubits { body }`, or `opaque name(params) qubits;` of OpenQASM 2, which has no body.
type GateDef struct {
	At
	Opaque bool
	Name   Name
	Params []Name
	Qubits []Name
	Body   []Stmt
}

// Call is the application of a gate: `modifiers name(params)[duration] operands;`. A global phase is a Call of the name `gphase`
// (token.Gphase), which may have no operands. A call of a subroutine without a value is an ExprStmt.
type Call struct {
	At
	Name      Name
	Params    []Expr
	Operands  []Operand
	Modifiers []Modifier // outermost first
	Duration  Expr       // what stands in brackets behind name and parameters, or nil
}

// Modifier is `inv @`, `pow(k) @`, `ctrl(n) @` or `negctrl(n) @` before a gate.
type Modifier struct {
	At
	Kind ModifierKind
	Arg  Expr // the exponent of pow; the number of controls, nil: one
}

// ModifierKind tells modifiers apart.
type ModifierKind uint8

// The modifiers.
const (
	Inv ModifierKind = iota
	Pow
	Ctrl
	NegCtrl
)

func (k ModifierKind) String() string { return [...]string{"inv", "pow", "ctrl", "negctrl"}[k] }

// Measure is `measure qubits -> bits;` or `bits = measure qubits;`, or `measure qubits;`, which drops the outcome. Measurements in
// other places are a Measurement.
type Measure struct {
	At
	Qubits Operand
	Bits   Operand // its Name's Symbol is token.None where the outcome is dropped
	Assign bool    // written with `=`
}

// Reset is `reset qubits;`.
type Reset struct {
	At
	Qubits Operand
}

// Barrier is `barrier operands;`; no operands are all qubits in scope.
type Barrier struct {
	At
	Operands []Operand
}

// Nop is `nop operands;`, which does nothing and marks its qubits as used.
type Nop struct {
	At
	Operands []Operand
}

// Delay is `delay[duration] operands;`; no operands are all qubits in scope.
type Delay struct {
	At
	Duration Expr
	Operands []Operand
}

// Box is `box[duration] { body }`.
type Box struct {
	At
	Duration Expr // nil: none given
	Body     *Block
}

// Block is `{ statements }`: a scope of its own.
type Block struct {
	At
	Statements []Stmt
}

// If is `if (condition) body else body`. A body is a Block or one statement; in OpenQASM 2 it is one operation.
type If struct {
	At
	Condition Expr
	Body      Stmt
	Else      Stmt // nil: none
}

// For is `for type name in values body`.
type For struct {
	At
	Type   *Type
	Name   Name
	Values Expr // a Range (written in brackets), a Set, or an expression whose value is an array or bits
	Body   Stmt
}

// While is `while (condition) body`.
type While struct {
	At
	Condition Expr
	Body      Stmt
}

// Switch is `switch (value) { cases }`.
type Switch struct {
	At
	Value      Expr
	Cases      []Case
	Incomplete bool // a case had an error
}

// Case is `case labels { body }` or `default { body }`.
type Case struct {
	At
	Default bool
	Labels  []Expr // empty for default
	Body    *Block
}

// Break is `break;`.
type Break struct{ At }

// Continue is `continue;`.
type Continue struct{ At }

// End is `end;`, which ends the program.
type End struct{ At }

// Return is `return value;`.
type Return struct {
	At
	Value Expr // nil: none. A Measurement or a QuantumCall may stand here.
}

// Assign is `target op value;`, where op is `=` or a compound assignment such as `+=`. `c = measure q;` is a Measure. The arrow form
// `name(args) operands -> target;` is an Assign of a QuantumCall.
type Assign struct {
	At
	Target Operand
	Op     token.Kind // token.Assign, token.PlusAssign, …
	OpAt   diag.Span
	Value  Expr // a Measurement or a QuantumCall may stand here
	Arrow  bool // written with `->`
}

// ExprStmt is `expression;`: a call of a subroutine, most of the time.
type ExprStmt struct {
	At
	Value Expr
}

// Annotated is a statement with the annotations before it. Nothing else carries annotations.
type Annotated struct {
	At
	Annotations []Annotation
	Stmt        Stmt
}

// Annotation is `@name rest of the line`.
type Annotation struct {
	At
	Name string // with its dots, without the @
	Text string // the rest of the line without blanks around it
}

// Pragma is `pragma rest of the line` or `#pragma rest of the line`.
type Pragma struct {
	At
	Text string // the rest of the line without blanks around it
}

// CalGrammar is `defcalgrammar "name";`.
type CalGrammar struct {
	At
	Name   string
	NameAt diag.Span
}

// Cal is `cal { … }`, whose body is in the calibration language and stays text.
type Cal struct {
	At
	Body diag.Span
}

// Defcal is `defcal target(args) operands -> type { … }`, whose body stays text.
type Defcal struct {
	At
	Target   Name // a gate, or token.Measure, token.Reset or token.Delay
	Args     []DefcalArg
	Operands []Name // physical qubits and names
	Returns  *Type  // nil: nothing
	Body     diag.Span
}

// DefcalArg is a parameter of a Defcal: a value that it is for, or a declaration.
type DefcalArg struct {
	Value Expr   // nil: Param
	Param *Param // nil: Value
}

func (*Version) stmt()     {}
func (*Include) stmt()     {}
func (*Register) stmt()    {}
func (*GateDef) stmt()     {}
func (*Call) stmt()        {}
func (*Measure) stmt()     {}
func (*Reset) stmt()       {}
func (*Barrier) stmt()     {}
func (*Nop) stmt()         {}
func (*Delay) stmt()       {}
func (*Box) stmt()         {}
func (*Block) stmt()       {}
func (*If) stmt()          {}
func (*For) stmt()         {}
func (*While) stmt()       {}
func (*Switch) stmt()      {}
func (*Break) stmt()       {}
func (*Continue) stmt()    {}
func (*End) stmt()         {}
func (*Return) stmt()      {}
func (*Assign) stmt()      {}
func (*ExprStmt) stmt()    {}
func (*Annotated) stmt()   {}
func (*Pragma) stmt()      {}
func (*CalGrammar) stmt()  {}
func (*Cal) stmt()         {}
func (*Defcal) stmt()      {}
func (*Declaration) stmt() {}
func (*Alias) stmt()       {}
func (*Def) stmt()         {}
func (*Extern) stmt()      {}

// Broken stands for a declaration with an error: it declares names of which no more is said.
type Broken struct {
	At
	Names []Name
}

func (*Broken) stmt() {}
