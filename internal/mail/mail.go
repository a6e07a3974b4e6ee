// Package mail hands messages to a mail server by SMTP, encrypted always: from the first byte (smtps) or by STARTTLS (smtp), which is
// left out only on the loopback address.
package mail

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/smtp"
	"net/url"
	"strings"
	"time"
)

// Sender sends through one mail server. It is safe for concurrent use.
type Sender struct {
	host, port string
	encrypted  bool // from the first byte
	user       string
	password   string
	from       string
	roots      *tls.Config // nil: the system's; of tests
}

const patience = 30 * time.Second

// New reads the URL of a mail server: smtps://user:password@host:465?from=address, or smtp:// for STARTTLS. "" is none. The error holds
// nothing of the URL.
func New(text string) (*Sender, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		return nil, errors.New("the URL of the mail server is not one: it looks like smtps://user:password@host:465?from=qcos@example.com")
	}
	from, err := netmail.ParseAddress(u.Query().Get("from"))
	if err != nil {
		return nil, errors.New("the URL of the mail server does not say who sends: add ?from=qcos@example.com")
	}
	s := &Sender{host: u.Hostname(), port: u.Port(), encrypted: u.Scheme == "smtps", user: u.User.Username(), from: from.Address}
	s.password, _ = u.User.Password()
	if s.port == "" {
		s.port = map[bool]string{true: "465", false: "587"}[s.encrypted]
	}
	if !s.encrypted && s.port == "465" { // both sides would wait for the other to begin
		return nil, errors.New("the URL of the mail server begins with smtp:// and names port 465, where encryption begins at once: write smtps://, or another port")
	}
	return s, nil
}

// String is where the server is, without user and password.
func (s *Sender) String() string { return net.JoinHostPort(s.host, s.port) }

// Send hands one message over.
func (s *Sender) Send(ctx context.Context, to, subject, text string) error {
	message, err := s.message(to, subject, text)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := s.connect(ctx)
	if err != nil {
		return fmt.Errorf("the mail server %s: %w", s, err)
	}
	defer c.Close() //nolint:errcheck // Quit has ended it
	if err := s.hand(c, to, message); err != nil {
		return fmt.Errorf("the mail server %s: %w", s, err)
	}
	return nil
}

func (s *Sender) connect(ctx context.Context) (*smtp.Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", s.String())
	if err != nil {
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	config := &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	if s.roots != nil {
		config.RootCAs = s.roots.RootCAs
	}
	if s.encrypted {
		conn = tls.Client(conn, config)
	}
	c, err := smtp.NewClient(conn, s.host)
	if err == nil {
		err = c.Hello(ownName(conn.LocalAddr()))
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	if s.encrypted {
		return c, nil
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		err = c.StartTLS(config)
	} else if ip := net.ParseIP(s.host); s.host != "localhost" && !ip.IsLoopback() {
		err = errors.New("it does not offer STARTTLS, and messages with links are not sent in the clear")
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// ownName is how a machine without a name that others know calls itself (RFC 5321, section 4.1.3). Servers refuse names that are none.
func ownName(a net.Addr) string {
	ip, err := netip.ParseAddrPort(a.String())
	switch {
	case err != nil:
		return "localhost"
	case ip.Addr().Unmap().Is4():
		return "[" + ip.Addr().Unmap().String() + "]"
	}
	return "[IPv6:" + ip.Addr().WithZone("").String() + "]"
}

func (s *Sender) hand(c *smtp.Client, to string, message []byte) error {
	if s.user != "" {
		if err := s.logIn(c); err != nil {
			return err
		}
	}
	if err := c.Mail(s.from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// message writes headers and text. Neither may bring headers of its own.
func (s *Sender) message(to, subject, text string) ([]byte, error) {
	if strings.ContainsAny(to+subject, "\r\n") {
		return nil, errors.New("internal error: a line end in a header")
	}
	_, domain, _ := strings.Cut(s.from, "@")
	var body bytes.Buffer
	q := quotedprintable.NewWriter(&body) // which every server passes on as it is, whatever characters and line lengths there are
	if _, err := q.Write([]byte(text)); err != nil {
		return nil, err
	}
	if err := q.Close(); err != nil {
		return nil, err
	}
	lines := []string{
		"From: " + s.from, "To: " + to, "Subject: " + mime.QEncoding.Encode("utf-8", subject), "Date: " + time.Now().Format(time.RFC1123Z),
		"Message-ID: <" + rand.Text() + "@" + domain + ">", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: quoted-printable", "Auto-Submitted: auto-generated", "", "",
	}
	return append([]byte(strings.Join(lines, "\r\n")), body.Bytes()...), nil
}
