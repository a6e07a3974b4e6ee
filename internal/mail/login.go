package mail

import (
	"errors"
	"fmt"
	"net/smtp"
	"slices"
	"strings"
)

// logIn proves who sends, by PLAIN or, where that is not offered, by LOGIN, which some large services have alone.
func (s *Sender) logIn(c *smtp.Client) error {
	_, offered := c.Extension("AUTH")
	var a answers
	switch ways := strings.Fields(strings.ToUpper(offered)); {
	case slices.Contains(ways, "PLAIN"):
		a = answers{way: "PLAIN", first: []byte("\x00" + s.user + "\x00" + s.password)}
	case slices.Contains(ways, "LOGIN"):
		a = answers{way: "LOGIN", further: []string{s.user, s.password}}
	case len(ways) == 0:
		return errors.New("it takes no user and password, and the URL has them: leave them out")
	default:
		return fmt.Errorf("it takes a user and password in the ways %s only, and PLAIN or LOGIN is needed", offered)
	}
	if err := c.Auth(&a); err != nil {
		return errors.New("it refuses the user and password of the URL")
	}
	return nil
}

// answers is an smtp.Auth of fixed answers. Package smtp's own would refuse what connect allows: the loopback address under any name.
type answers struct {
	way     string
	first   []byte // nil: the server asks first
	further []string
}

// Start is smtp.Auth's.
func (a *answers) Start(*smtp.ServerInfo) (string, []byte, error) { return a.way, a.first, nil }

// Next is smtp.Auth's.
func (a *answers) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	if len(a.further) == 0 {
		return nil, errors.New("it asks for more than user and password")
	}
	next := a.further[0]
	a.further = a.further[1:]
	return []byte(next), nil
}
