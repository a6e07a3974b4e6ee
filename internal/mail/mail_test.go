package mail

import (
	"bufio"
	"net"
	"strings"
	"testing"
)

// serve is a mail server for one message. It gives what it was told.
func serve(t *testing.T) (address string, got chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got = make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		say := func(text string) { _, _ = conn.Write([]byte(text + "\r\n")) }
		say("220 test")
		var all strings.Builder
		data := false
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			line := lines.Text()
			all.WriteString(line + "\n")
			switch {
			case data && line == ".":
				data = false
				say("250 taken")
			case data:
			case strings.HasPrefix(line, "EHLO"):
				say("250-test")
				say("250 AUTH PLAIN")
			case strings.HasPrefix(line, "DATA"):
				data = true
				say("354 go on")
			case strings.HasPrefix(line, "AUTH"):
				say("235 ok")
			case strings.HasPrefix(line, "QUIT"):
				say("221 bye")
				got <- all.String()
				return
			default:
				say("250 ok")
			}
		}
	}()
	return l.Addr().String(), got
}

func TestSend(t *testing.T) {
	address, got := serve(t)
	s, err := New("smtp://user:pass@" + address + "?from=qcos@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), "a@example.com", "Grüße", "first\nsecond\n.\n"); err != nil {
		t.Fatal(err)
	}
	said := <-got
	for _, want := range []string{"MAIL FROM:<qcos@example.com>", "RCPT TO:<a@example.com>", "To: a@example.com\n", "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", "first\nsecond\n..\n", "EHLO [127.0.0.1]\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
}

func TestHeadersCannotBeAdded(t *testing.T) {
	s, err := New("smtp://127.0.0.1:1?from=qcos@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), "a@example.com\r\nBcc: b@example.com", "x", "y"); err == nil || !strings.Contains(err.Error(), "line end") {
		t.Errorf("%v", err)
	}
}

func TestErrorsHoldNoPassword(t *testing.T) {
	for _, text := range []string{"http://user:hunter22@host", "smtp://user:hunter22@host", "smtp://user:hunter22@%zz?from=a@b.c", "smtps://user:hunter22@127.0.0.1:1?from=a@b.c"} {
		s, err := New(text)
		if err == nil {
			err = s.Send(t.Context(), "a@example.com", "x", "y")
		}
		if err == nil || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestNothingGoesInTheClear(t *testing.T) {
	address, _ := serve(t)
	_, port, _ := net.SplitHostPort(address)
	s := &Sender{host: "127.0.0.1", port: port, from: "a@b.c"}
	c, err := s.connect(t.Context())
	if err != nil {
		t.Fatalf("loopback: %v", err)
	}
	_ = c.Close()
	address, _ = serve(t)
	_, port, _ = net.SplitHostPort(address)
	s = &Sender{host: "ip6-localhost.", port: port, from: "a@b.c"}
	if names, err := net.LookupHost(s.host); err != nil || len(names) == 0 {
		t.Skip("NOT TESTED: no other name for the loopback address")
	}
	if _, err := s.connect(t.Context()); err == nil {
		t.Error("a server elsewhere without STARTTLS was taken")
	}
}
