package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/softquantus/qcos/internal/run"
)

// variablesJSON is an object with a member for each variable, in order of declaration.
type variablesJSON []run.Variable

type variableJSON struct {
	Type   string      `json:"type"`
	Values []valueJSON `json:"values"`
}

type valueJSON struct {
	Value any `json:"value"`
	Count int `json:"count"`
}

// MarshalJSON keeps the order of declaration.
func (v variablesJSON) MarshalJSON() ([]byte, error) {
	var o object
	for _, x := range v {
		j := variableJSON{Type: x.Type, Values: make([]valueJSON, 0, len(x.Values))}
		for _, value := range x.Values {
			j.Values = append(j.Values, valueJSON{value.JSON, value.N})
		}
		o.add(x.Name, j)
	}
	return o.end()
}

// jointJSON is a list of assignments to all variables.
type jointJSON struct {
	names []run.Variable
	list  []run.Assignment
}

type assignmentJSON struct {
	Values assignedJSON `json:"values"`
	Count  int          `json:"count"`
}

type assignedJSON struct {
	names  []run.Variable
	values []any
}

func (j jointJSON) MarshalJSON() ([]byte, error) {
	out := make([]assignmentJSON, 0, len(j.list))
	for _, a := range j.list {
		out = append(out, assignmentJSON{assignedJSON{j.names, a.Values}, a.N})
	}
	return marshal(out)
}

func (a assignedJSON) MarshalJSON() ([]byte, error) {
	var o object
	for i, v := range a.names {
		o.add(v.Name, a.values[i])
	}
	return o.end()
}

// object is a JSON object whose members keep their order.
type object struct {
	b   bytes.Buffer
	err error
}

func (o *object) add(name string, v any) {
	if o.b.Len() == 0 {
		o.b.WriteByte('{')
	} else {
		o.b.WriteByte(',')
	}
	for i, x := range []any{name, v} {
		text, err := marshal(x)
		if err != nil {
			o.err = err
		}
		o.b.Write(text)
		if i == 0 {
			o.b.WriteByte(':')
		}
	}
}

func (o *object) end() ([]byte, error) {
	if o.b.Len() == 0 {
		o.b.WriteByte('{')
	}
	o.b.WriteByte('}')
	return o.b.Bytes(), o.err
}

// marshal is v as JSON, without the escapes that are for web pages.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := writeLine(&b, v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// writeVariables writes the most frequent values of each variable.
func writeVariables(w *bytes.Buffer, list []run.Variable, st textStyle) {
	const shown = 4 // values of a variable
	names := 0
	for _, v := range list[:min(shownRows, len(list))] {
		names = max(names, len([]rune(v.Name)))
	}
	writeTitle(w, "variables", len(list), st)
	for _, v := range list[:min(shownRows, len(list))] {
		line := indentation + st.palette.bold(padded(v.Name, names)) + "  " + st.palette.dim(v.Type) + "  "
		for i, x := range v.Values[:min(shown, len(v.Values))] {
			if i > 0 {
				line += ", "
			}
			line += variableText(x.JSON)
			if len(v.Values) > 1 {
				line += st.palette.dim(" ×" + grouped(x.N))
			}
		}
		if n := len(v.Values) - shown; n > 0 {
			line += st.palette.dim(fmt.Sprintf(" and %s", counted(n, "more value")))
		}
		w.WriteString(line + "\n")
	}
}

// variableText is a value for people: as JSON has it, but for what says more than they need.
func variableText(v any) string {
	const widest = 60
	text, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	if r := []rune(string(text)); len(r) > widest {
		return string(r[:widest]) + "…"
	}
	return string(text)
}
