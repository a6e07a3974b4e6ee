package ast

// Declaration is the declaration of a classical variable: `type name = value;`, `const type name = value;`, `input type name;` or
// `output type name;`. Qubits and registers of the old spelling are a Register.
type Declaration struct {
	At
	Role  Role
	Type  *Type
	Name  Name
	Value Expr // nil: none. An ArrayLiteral, a Measurement or a QuantumCall may stand here.
}

// Role is what a declared variable is for.
type Role uint8

// The roles.
const (
	Variable Role = iota
	Constant
	Input
	Output
)

func (r Role) String() string { return [...]string{"variable", "const", "input", "output"}[r] }

// Alias is `let name = value;`. The value is a name with or without indices, or a Concat of such.
type Alias struct {
	At
	Name  Name
	Value Expr
}

// Def is `def name(params) -> type { body }`.
type Def struct {
	At
	Name    Name
	Params  []Param
	Returns *Type // nil: nothing
	Body    *Block
}

// Extern is `extern name(types) -> type;`.
type Extern struct {
	At
	Name    Name
	Params  []Param // without names
	Returns *Type   // nil: nothing
}

// Param is a parameter of a subroutine.
type Param struct {
	At
	Type *Type
	Name Name // Symbol token.None for extern
}

// Type is a type where it is written.
type Type struct {
	At
	Kind   TypeKind
	Size   Expr   // what stands in brackets behind int, uint, float, angle, bit or qubit; nil: nothing
	Elem   *Type  // of complex (nil: not written) and array
	Dims   []Expr // the sizes of an array's dimensions
	Rank   Expr   // n of an array reference with `#dim = n` in place of sizes
	Access Access // of an array reference
	Old    bool   // spelled `creg` or `qreg`, with the size behind the name; Kind is TypeBit or TypeQubit
}

// TypeKind tells types apart.
type TypeKind uint8

// The types.
const (
	TypeBit TypeKind = iota
	TypeBool
	TypeInt
	TypeUint
	TypeFloat
	TypeAngle
	TypeComplex
	TypeDuration
	TypeStretch
	TypeArray
	TypeQubit
)

func (k TypeKind) String() string {
	return [...]string{"bit", "bool", "int", "uint", "float", "angle", "complex", "duration", "stretch", "array", "qubit"}[k]
}

// Access is what a subroutine may do with an array that it is given by reference.
type Access uint8

// The accesses.
const (
	ByValue Access = iota // no reference
	Readonly
	Mutable
)

func (a Access) String() string { return [...]string{"", "readonly", "mutable"}[a] }
