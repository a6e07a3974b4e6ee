package ast

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/internal/qasm/token"
)

// Text writes a tree on one line, without positions: `(Call h [q[0]])` and the like. Trees with equal texts mean the same. It is for
// tests and for looking at trees, not fast, and no language of its own.
func Text(n Node, names *token.Names) string {
	w := &texter{names: names}
	w.value(reflect.ValueOf(n))
	return w.String()
}

type texter struct {
	strings.Builder
	names *token.Names
}

var (
	atType     = reflect.TypeFor[At]()
	spanType   = reflect.TypeFor[diag.Span]()
	nameType   = reflect.TypeFor[Name]()
	symbolType = reflect.TypeFor[token.Symbol]()
)

func (w *texter) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			w.WriteString("nil")
			return
		}
		w.value(v.Elem())
	case reflect.Slice:
		w.list(v)
	case reflect.Struct:
		if v.Type() == nameType {
			w.value(v.FieldByName("Symbol"))
			return
		}
		w.fields(v)
	default:
		w.plain(v)
	}
}

// plain writes a value that has no parts.
func (w *texter) plain(v reflect.Value) {
	switch s, isText := v.Interface().(fmt.Stringer); {
	case v.Type() == symbolType:
		w.WriteString(w.names.Text(token.Symbol(v.Uint())))
	case isText:
		w.WriteString(s.String())
	case v.Kind() == reflect.String:
		fmt.Fprintf(w, "%q", v.String())
	default:
		fmt.Fprint(w, v.Interface())
	}
}

func (w *texter) list(v reflect.Value) {
	if text, ok := v.Interface().([]byte); ok {
		fmt.Fprintf(w, "%q", text)
		return
	}
	w.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			w.WriteByte(' ')
		}
		w.value(v.Index(i))
	}
	w.WriteByte(']')
}

// fields writes a node: its name and what is set in it.
func (w *texter) fields(v reflect.Value) {
	t := v.Type()
	w.WriteString("(" + t.Name())
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == atType || f.Type == spanType || empty(v.Field(i)) {
			continue
		}
		w.WriteByte(' ')
		if !positional(f.Type) {
			w.WriteString(strings.ToLower(f.Name) + "=")
		}
		w.value(v.Field(i))
	}
	w.WriteByte(')')
}

// empty reports whether a field says nothing. What an enumeration begins with does.
func empty(v reflect.Value) bool {
	if s, ok := v.Interface().(fmt.Stringer); ok && v.Kind() == reflect.Uint8 {
		return s.String() == ""
	}
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}

// positional reports whether a field speaks for itself.
func positional(t reflect.Type) bool {
	return t.Kind() == reflect.Interface || t == nameType || t == symbolType || t.Kind() == reflect.Uint8 || t.Kind() == reflect.Slice
}
