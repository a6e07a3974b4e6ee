// Package token cuts OpenQASM source into tokens, in place and without allocating per token. It knows the characters of all
// versions of the language; which of them a version allows is the parser's business.
package token

import "github.com/softquantus/qcos/internal/diag"

// Kind is the class of a token.
type Kind uint8

// The kinds.
const (
	EOF     Kind = iota
	Invalid      // characters of no token; the lexer has reported them
	Ident        // names and keywords, told apart by their Symbol
	Int          // decimal digits
	Float
	String
	Imaginary     // of OpenQASM 3, as the next four: a number and `im`
	Timing        // a number and a unit of time
	HardwareQubit // `$` and digits; has a Symbol
	HashPragma    // `#pragma`
	HashDim       // `#dim`
	LParen
	RParen
	LBracket
	RBracket
	LBrace
	RBrace
	Comma
	Semicolon
	Colon
	Dot
	Arrow
	At
	Assign
	EqEq
	NotEq
	Less
	LessEq
	Greater
	GreaterEq
	Plus
	PlusPlus
	Minus
	Star
	StarStar
	Slash
	Percent
	Caret
	Tilde
	Not
	Amp
	AmpAmp
	Pipe
	PipePipe
	ShiftLeft
	ShiftRight
	Question

	// Compound assignments of OpenQASM 3, in the order of their operators above.
	PlusAssign
	MinusAssign
	StarAssign
	StarStarAssign
	SlashAssign
	PercentAssign
	CaretAssign
	AmpAssign
	PipeAssign
	ShiftLeftAssign
	ShiftRightAssign

	Last = ShiftRightAssign // the greatest kind
)

// Operator is the operator of a compound assignment: Plus for PlusAssign. It is Invalid for what is none.
func (k Kind) Operator() Kind {
	if k < PlusAssign || k > ShiftRightAssign {
		return Invalid
	}
	return [...]Kind{Plus, Minus, Star, StarStar, Slash, Percent, Caret, Amp, Pipe, ShiftLeft, ShiftRight}[k-PlusAssign]
}

var kindTexts = [...]string{
	EOF: "the end of the file", Invalid: "an invalid character", Ident: "a name", Int: "an integer", Float: "a number", String: "a string",
	Imaginary: "an imaginary number", Timing: "a duration", HardwareQubit: "a physical qubit", HashPragma: "#pragma", HashDim: "#dim",
	LParen: "(", RParen: ")", LBracket: "[", RBracket: "]", LBrace: "{", RBrace: "}", Comma: ",", Semicolon: ";", Colon: ":", Dot: ".",
	Arrow: "->", At: "@", Assign: "=", EqEq: "==", NotEq: "!=", Less: "<", LessEq: "<=", Greater: ">", GreaterEq: ">=",
	Plus: "+", PlusPlus: "++", Minus: "-", Star: "*", StarStar: "**", Slash: "/", Percent: "%", Caret: "^", Tilde: "~", Not: "!",
	Amp: "&", AmpAmp: "&&", Pipe: "|", PipePipe: "||", ShiftLeft: "<<", ShiftRight: ">>",
	Question: "?", PlusAssign: "+=", MinusAssign: "-=", StarAssign: "*=", StarStarAssign: "**=", SlashAssign: "/=", PercentAssign: "%=",
	CaretAssign: "^=", AmpAssign: "&=", PipeAssign: "|=", ShiftLeftAssign: "<<=", ShiftRightAssign: ">>=",
}

// String is the token's text for kinds that have one text, else what people call the kind.
func (k Kind) String() string { return kindTexts[k] }

// Quoted is String with the text of punctuation in backquotes, fit for a message.
func (k Kind) Quoted() string {
	if k >= LParen {
		return "`" + kindTexts[k] + "`"
	}
	return kindTexts[k]
}

// Flags tell of a token's spelling what only some versions or modes allow.
type Flags uint8

// The flags.
const (
	NoPoint     Flags = 1 << iota // a Float without a decimal point, such as 1e3
	LeadingZero                   // an Int such as 007
	SingleQuote                   // a String in single quotes
	Foreign                       // an Ident with a character outside ASCII
)

// Token is one token: 16 bytes. Its text lies between Start and End of the source.
type Token struct {
	Kind   Kind
	Flags  Flags
	Symbol Symbol // of an Ident
	Start  diag.Pos
	End    diag.Pos
}

// Span is where the token stands.
func (t Token) Span() diag.Span { return diag.Span{Start: t.Start, End: t.End} }
