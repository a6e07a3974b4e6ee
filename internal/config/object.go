package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// object is a JSON object that keeps the order of its members and the spelling of their values, so that a file somebody wrote
// by hand comes back as it was but for what changed.
type object []member

type member struct {
	name string
	raw  json.RawMessage
	at   int // offset of raw in the file
	line int // from 1; 0 for a value that was not read
}

// offsetError is what is wrong at a byte of the file.
type offsetError struct {
	offset int
	what   string
}

func (e *offsetError) Error() string { return e.what }

// parseObject reads a whole file.
func parseObject(data []byte) (object, error) {
	var all json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		var syntax *json.SyntaxError
		if !errors.As(err, &syntax) {
			return nil, err
		}
		offset := int(syntax.Offset)
		if offset > 0 && offset <= len(data) && !strings.Contains(syntax.Error(), "unexpected end") {
			offset-- // it counts the character that is wrong
		}
		return nil, &offsetError{offset, syntax.Error()}
	}
	start := bytes.IndexAny(data, "{[\"-0123456789tfn")
	return member{name: "the file", raw: data[start:], at: start, line: 1 + bytes.Count(data[:start], []byte("\n"))}.object()
}

// object reads a value as an object. The value is valid JSON already.
func (m member) object() (object, error) {
	if m.raw[0] != '{' {
		return nil, m.wrong("an object in braces")
	}
	decoder := json.NewDecoder(bytes.NewReader(m.raw))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	o := object{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return nil, err
		}
		at := int(decoder.InputOffset()) - len(raw)
		inner := member{name: name.(string), raw: raw, at: m.at + at}
		if m.line > 0 {
			inner.line = m.line + bytes.Count(m.raw[:at], []byte("\n"))
		}
		if o.find(inner.name) != nil {
			return nil, &offsetError{inner.at, fmt.Sprintf("%q is there twice", show(inner.name))}
		}
		o = append(o, inner)
	}
	return o, nil
}

// text reads a value as that of a setting.
func (m member) text(row *Setting) (string, error) {
	switch c := m.raw[0]; {
	case c == '"':
		var text string
		err := json.Unmarshal(m.raw, &text)
		return text, err
	case row.Numeric && (c == '-' || '0' <= c && c <= '9'):
		return string(m.raw), nil
	case row.Numeric:
		return "", m.wrong("a number, or a string in quotes")
	}
	return "", m.wrong("a string in quotes")
}

func (m member) wrong(want string) error {
	return &offsetError{m.at, fmt.Sprintf("%s must be %s", show(m.name), want)}
}

func (m member) isNull() bool { return string(m.raw) == "null" }

func (o object) find(name string) *member {
	for i := range o {
		if o[i].name == name {
			return &o[i]
		}
	}
	return nil
}

// set replaces a value where it is, or adds it at the end. It leaves other copies of o alone.
func (o *object) set(name string, raw json.RawMessage) {
	*o = slices.Clone(*o)
	if m := o.find(name); m != nil {
		*m = member{name: name, raw: raw}
		return
	}
	*o = append(*o, member{name: name, raw: raw})
}

func (o *object) remove(name string) bool {
	rest := slices.DeleteFunc(slices.Clone(*o), func(m member) bool { return m.name == name })
	removed := len(rest) < len(*o)
	*o = rest
	return removed
}

func (o object) encode() json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(encode(m.name))
		b.WriteByte(':')
		b.Write(m.raw)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// encode writes a string as JSON, with <, > and & as they are: people read the file.
func encode(text string) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always encodes
	return bytes.TrimSpace(b.Bytes())
}
