package cli

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// running is a process of qcos that has said that it is ready.
type running struct {
	first  string // line of standard output
	words  *sharedBuffer
	ended  chan int // its exit code
	signal func(os.Signal)
	rest   *bytes.Buffer // standard output after the first line
}

// sharedBuffer is written by one goroutine and read by another.
type sharedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *sharedBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *sharedBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// has waits until the text is there.
func (s *sharedBuffer) has(t *testing.T, text string) string {
	t.Helper()
	for range 1000 {
		if all := s.String(); strings.Contains(all, text) {
			return all
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%q does not come: %s", text, s.String())
	return ""
}

// begin starts qcos in the folder and waits for its first line.
func begin(t *testing.T, dir string, env []string, args ...string) *running {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no signals to another process on Windows")
	}
	cmd := qcosProcess(t, args...)
	cmd.Dir = dir
	cmd.Env = append(append(cmd.Env, "HOME="+dir), env...)
	r := &running{words: &sharedBuffer{}, rest: &bytes.Buffer{}, ended: make(chan int, 1)}
	cmd.Stderr = r.words
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(90*time.Second, func() { _ = cmd.Process.Kill() })
	lines := bufio.NewReader(out)
	r.first, err = lines.ReadString('\n')
	go func() {
		_, _ = io.Copy(r.rest, lines)
		_ = cmd.Wait()
		timer.Stop()
		r.ended <- cmd.ProcessState.ExitCode()
	}()
	if err != nil {
		t.Fatalf("qcos %s ended with %d: %s", strings.Join(args, " "), <-r.ended, r.words)
	}
	r.signal = func(s os.Signal) { _ = cmd.Process.Signal(s) }
	return r
}

// stops sends SIGTERM and expects an end in order.
func (r *running) stops(t *testing.T) {
	t.Helper()
	r.signal(syscall.SIGTERM)
	if code := <-r.ended; code != 0 || r.rest.Len() > 0 {
		t.Errorf("exit code %d, further output %q: %s", code, r.rest, r.words)
	}
}

// TestServeSaysHowToBegin: one line on standard output, and on standard error where the data is and two commands, which work as they stand.
func TestServeSaysHowToBegin(t *testing.T) {
	dir := t.TempDir()
	r := begin(t, dir, nil, "serve", "--listen", "127.0.0.1:0")
	url := strings.TrimSpace(strings.TrimPrefix(r.first, "listening on "))
	if !regexp.MustCompile(`^listening on http://127\.0\.0\.1:\d+\n$`).MatchString(r.first) {
		t.Errorf("the first line is %q", r.first)
	}
	if err := os.WriteFile(filepath.Join(dir, "bell.qasm"), []byte(copyOf(t, "bell.qasm")), 0o600); err != nil {
		t.Fatal(err)
	}
	words := r.words.has(t, "--api-key KEY\n")
	commands := regexp.MustCompile(`(?m)^  qcos (.*)$`).FindAllStringSubmatch(words, -1)
	if len(commands) != 2 || !strings.Contains(words, "data: ~/.qcos/server\n") {
		t.Fatalf("on standard error: %s", words)
	}
	key := ""
	for _, c := range commands {
		cmd := qcosProcess(t, strings.Fields(strings.ReplaceAll(c[1], "KEY", key))...)
		cmd.Dir, cmd.Env = dir, append(cmd.Env, "HOME="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", c[1], err, out)
		}
		key = regexp.MustCompile(`qcos-\w{4}-\w{4}-\w{4}`).FindString(string(out))
		if strings.Contains(c[1], "execute") && !strings.Contains(string(out), "1,024 shots") {
			t.Errorf("%s: %s", c[1], out)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, ".qcos", "server", "secret")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret: %v %v", info, err)
	}
	second := qcosProcess(t, "serve", "--listen", "127.0.0.1:0")
	second.Dir, second.Env = dir, append(second.Env, "HOME="+dir)
	if out, err := second.CombinedOutput(); err == nil || !strings.Contains(string(out), "another qcos serve uses the folder") {
		t.Errorf("a second server on the same data: %v %s", err, out)
	}
	taken := qcosProcess(t, "serve", "--data-dir", t.TempDir(), "--listen", strings.TrimPrefix(url, "http://"))
	if out, err := taken.CombinedOutput(); err == nil || !strings.Contains(string(out), "requests cannot be taken at") {
		t.Errorf("an address in use: %v %s", err, out)
	}
	r.stops(t)
	for line := range strings.Lines(r.words.String()) {
		if strings.Contains(words, line) {
			continue
		}
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("a line of the log is not JSON: %s", line)
		}
	}
	again := begin(t, dir, nil, "serve", "--listen", "127.0.0.1:0") // the same data, the same key
	cmd := qcosProcess(t, "user", "info", "--api-url", strings.TrimSpace(strings.TrimPrefix(again.first, "listening on ")), "--api-key", key)
	if out, err := cmd.CombinedOutput(); err != nil && key != "" {
		t.Errorf("after a restart: %v %s", err, out)
	}
	again.stops(t)
}

// TestServeSettings: the same setting by flag, variable and file, the stronger first.
func TestServeSettings(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "config.json"), []byte(`{"listen":"127.0.0.1:1","workers":0,"log_level":"error"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"QCOS_SERVER_DATA_DIR=" + data, "QCOS_SERVER_LISTEN=127.0.0.1:0"}
	r := begin(t, dir, env, "serve") // the file alone would take a port that is not allowed
	r.stops(t)
	if strings.Contains(r.words.String(), "worker started") {
		t.Errorf("workers of the file is not regarded: %s", r.words)
	}
	if err := os.WriteFile(filepath.Join(data, "config.json"), []byte(`{"lisen":"127.0.0.1:1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := qcosProcess(t, "serve")
	cmd.Env = append(cmd.Env, env...)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "did you mean listen?") || cmd.ProcessState.ExitCode() != exitUsage {
		t.Errorf("an unknown setting: %v %s", err, out)
	}
}

// TestServeTLS: with a certificate requests are taken by HTTPS, HTTP/2 included, and anywhere.
func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	pool := writeCertificate(t, dir)
	r := begin(t, dir, nil, "serve", "--listen", "127.0.0.1:0", "--tls-cert", "cert.pem", "--tls-key", "key.pem", "--workers", "0")
	url := strings.TrimSpace(strings.TrimPrefix(r.first, "listening on "))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	answer, err := client.Get(url + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if !strings.HasPrefix(url, "https://") || answer.StatusCode != 200 || answer.ProtoMajor != 2 {
		t.Errorf("%s: %d by HTTP/%d", url, answer.StatusCode, answer.ProtoMajor)
	}
	if _, err := tls.Dial("tcp", strings.TrimPrefix(url, "https://"), &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	r.stops(t)
}

// writeCertificate writes a certificate for 127.0.0.1 and its key, and gives the pool that trusts it.
func writeCertificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	parsed, err := x509.ParseCertificate(cert)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(parsed)
	return pool
}
