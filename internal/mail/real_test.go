package mail

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// python is an interpreter that has aiosmtpd.
func python(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("QCOS_TEST_PYTHON"), "../../.cache/python/bin/python", "python3"} {
		if name != "" && exec.Command(name, "-c", "import aiosmtpd").Run() == nil {
			return name
		}
	}
	t.Skip("NOT TESTED WITH A MAIL SERVER: no Python with aiosmtpd (pip install aiosmtpd; QCOS_TEST_PYTHON names another interpreter)")
	return ""
}

// certificate writes a certificate of 127.0.0.1 and its key to files.
func certificate(t *testing.T) (certificate, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, bytes []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	roots = x509.NewCertPool()
	read, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(read)
	return write("certificate.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", secret), roots
}

// mailServer is a real one, which runs until the test ends.
type mailServer struct {
	port  string
	lines *bufio.Reader
}

func startServer(t *testing.T, args ...string) mailServer {
	t.Helper()
	c := exec.Command(python(t), append([]string{"testdata/server.py"}, args...)...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	s := mailServer{lines: bufio.NewReader(out)}
	line, err := s.lines.ReadString('\n')
	if err != nil {
		_ = c.Wait()
		t.Fatalf("the mail server did not start: %s", said.String())
	}
	s.port = strings.TrimSpace(line)
	return s
}

// TestRealServer sends to aiosmtpd, which insists on encryption and on a login, in every way that it offers.
func TestRealServer(t *testing.T) {
	text := "Grüße!\n\nhttps://qcos.example.com/login/reset?token=abc=def\n.\n" + strings.Repeat("long ", 300) + "\n"
	for _, c := range []struct{ name, scheme, how, without string }{
		{"STARTTLS and PLAIN", "smtp", "starttls", "LOGIN"},
		{"STARTTLS and LOGIN", "smtp", "starttls", "PLAIN"},
		{"TLS", "smtps", "tls", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, key, roots := certificate(t)
			server := startServer(t, file, key, c.how, c.without)
			s, err := New(c.scheme + "://user:p%C3%A4ss@127.0.0.1:" + server.port + "?from=qcos@example.com")
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Send(t.Context(), "a@example.com", "x", "y"); err == nil || !strings.Contains(err.Error(), "certificate") {
				t.Errorf("a certificate that nobody knows: %v", err)
			}
			s.roots = &tls.Config{RootCAs: roots}
			if err := s.Send(t.Context(), "a@example.com", "Grüße", text); err != nil {
				t.Fatal(err)
			}
			line, err := server.lines.ReadBytes('\n')
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Hello, From, Subject, Text string
				TLS                        bool
				To                         []string
			}
			if err := json.Unmarshal(line, &got); err != nil {
				t.Fatal(err)
			}
			if !got.TLS || got.Hello != "[127.0.0.1]" || got.From != "qcos@example.com" || !slices.Equal(got.To, []string{"a@example.com"}) || got.Subject != "Grüße" || strings.ReplaceAll(got.Text, "\r\n", "\n") != text {
				t.Errorf("it got %+v", got)
			}
			s.password = "another"
			if err := s.Send(t.Context(), "a@example.com", "x", "y"); err == nil || !strings.Contains(err.Error(), "user and password") {
				t.Errorf("a wrong password: %v", err)
			}
			s.user = ""
			if err := s.Send(t.Context(), "a@example.com", "x", "y"); err == nil {
				t.Error("without a login it was taken")
			}
		})
	}
	t.Run("no way that is known", func(t *testing.T) {
		file, key, roots := certificate(t)
		server := startServer(t, file, key, "starttls", "PLAIN,LOGIN")
		s := &Sender{host: "127.0.0.1", port: server.port, user: "user", password: "päss", from: "qcos@example.com", roots: &tls.Config{RootCAs: roots}}
		if err := s.Send(t.Context(), "a@example.com", "x", "y"); err == nil || !strings.Contains(err.Error(), "user and password") {
			t.Errorf("%v", err)
		}
	})
}
