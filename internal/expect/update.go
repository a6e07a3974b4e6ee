package expect

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// MaxWritten is how many outcomes Update writes at most.
const MaxWritten = 4096

// Update puts the distribution seen into the text of a file of expectations, in the place of the first distribution there, or at the
// end; old may be empty. Comments and everything else stay. Where only counts are known, the distribution gets the tolerance that they
// need. Errors are *Error.
func Update(file string, old []byte, seen *Seen) ([]byte, error) {
	if n := len(seen.Keys()); n > MaxWritten {
		return nil, &Error{file, 0, fmt.Sprintf("%d outcomes were seen, too many to write down: at most %d", n, MaxWritten)}
	}
	r := &reader{file: file}
	root := &yaml.Node{Kind: yaml.MappingNode}
	if len(bytes.TrimSpace(old)) > 0 {
		n, err := r.document(old)
		if err != nil {
			return nil, err
		}
		if n.Kind != yaml.MappingNode {
			return nil, r.wrong(n, "expected members such as expect")
		}
		root = n
	}
	list := member(root, "expect")
	if list == nil {
		list = &yaml.Node{Kind: yaml.SequenceNode}
		root.Content = append(root.Content, scalar("expect", 0), list)
	}
	setDistribution(list, seen)
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	return out.Bytes(), nil
}

// setDistribution replaces the first distribution of the list, or appends one.
func setDistribution(list *yaml.Node, seen *Seen) {
	item := &yaml.Node{Kind: yaml.MappingNode}
	found := false
	for _, n := range list.Content {
		if n.Kind == yaml.MappingNode && member(n, string(Distribution)) != nil {
			item, found = n, true
			break
		}
	}
	if !found {
		list.Content = append(list.Content, item)
	}
	p := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	const wide = 4 // outcomes; more are written one a line
	keys := seen.Keys()
	if len(keys) > wide {
		p.Style = 0
	}
	for _, key := range keys {
		x := strconv.FormatFloat(seen.of(key), 'g', 9, 64)
		p.Content = append(p.Content, scalar(key, yaml.DoubleQuotedStyle), scalar(x, 0))
	}
	set(item, string(Distribution), p)
	if !seen.IsExact() {
		margin := distanceMargin(seen.Shots, len(keys)+1, DefaultRate)
		set(item, "tolerance", scalar(strconv.FormatFloat(min(1, math.Ceil(margin*1000)/1000), 'g', -1, 64), 0))
	}
}

func scalar(text string, style yaml.Style) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: text, Style: style}
}

// member is the value of a member of a mapping; nil where there is none.
func member(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

func set(n *yaml.Node, name string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			old := n.Content[i+1]
			value.HeadComment, value.LineComment, value.FootComment = old.HeadComment, old.LineComment, old.FootComment
			n.Content[i+1] = value
			return
		}
	}
	n.Content = append(n.Content, scalar(name, 0), value)
}
