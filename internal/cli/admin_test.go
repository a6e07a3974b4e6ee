package cli

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestAdmin goes through the life of a user and their keys as an operator sees it.
func TestAdmin(t *testing.T) {
	u := newUser(t)
	expect := func(code int, pattern string, args ...string) string {
		t.Helper()
		got, out, words := u.does(t, append([]string{"admin"}, args...)...)
		if got != code || !regexp.MustCompile(`(?s)^`+pattern+`$`).MatchString(out+words) {
			t.Errorf("admin %s: exit code %d:\n%s%swant %d and %s", strings.Join(args, " "), got, out, words, code, pattern)
		}
		return out
	}
	const key = `qcos-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}`
	expect(0, `User  Tier  Created  State\n`, "user", "list")
	expect(0, `✓ User created: demo@example.com \(free\)\n`, "user", "create", "Demo@Example.com")
	expect(1, `Error: there is already a user with this e-mail address: demo@example.com\n.*`, "user", "create", "demo@example.com")
	expect(2, `Error: not an e-mail address: "nobody" .*`, "user", "create", "nobody")
	expect(2, `.*did you mean pro.*`, "user", "create", "x@example.com", "--tier", "prro")
	expect(0, `✓ API Key created: `+key+`\n⚠ Store this key securely - it won't be shown again\n`, "key", "create", "demo@example.com", "--name", "my-app-key")
	expect(2, `Error: the key has no name: .*`, "key", "create", "demo@example.com")
	expect(2, `Error: unknown scope "all": .*`, "key", "create", "demo@example.com", "--name", "x", "--scopes", "all")
	expect(1, `Error: there is no user other@example.com\n.*`, "key", "create", "other@example.com", "--name", "x")
	var made struct{ ID, Name, Key string }
	out := expect(0, `\{"id":"key_[0-9A-Za-z]+","name":"ci","key":"`+key+`"\}\n`, "key", "create", "demo@example.com", "--name", "ci", "--scopes", "read", "--format", "json")
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		t.Fatal(err)
	}
	expect(0, `ID +Name +Created +Last Used\nkey_[0-9A-Za-z]+ +my-app-key +\d{4}-\d\d-\d\d +-\nkey_[0-9A-Za-z]+ +ci .*`, "key", "list", "demo@example.com")
	list := expect(0, `\{"keys":\[\{"id":.*"scopes":\["execute","read"\].*"scopes":\["read"\].*`, "key", "list", "demo@example.com", "--format", "json")
	if strings.Contains(list, made.Key[10:]) {
		t.Errorf("the list shows a key: %s", list)
	}
	expect(0, `✓ Key revoked successfully\n`, "key", "revoke", made.ID)
	expect(0, `✓ Key revoked successfully\n`, "key", "revoke", made.ID) // again changes nothing
	expect(1, `Error: there is no key with the id "key_none"\n.*`, "key", "revoke", "key_none")
	expect(0, `ID +Name +Created +Last Used\nkey_[0-9A-Za-z]+ +my-app-key [^\n]*\n`, "key", "list", "demo@example.com")
	expect(0, `✓ demo@example.com is now enterprise\n`, "user", "set-tier", "demo@example.com", "enterprise")
	expect(2, `Error: unknown tier "gold": .*`, "user", "set-tier", "demo@example.com", "gold")
	expect(0, `✓ demo@example.com is disabled.*`, "user", "disable", "demo@example.com")
	expect(0, `\{"user":"demo@example.com","tier":"enterprise","created_at":"[^"]*Z","disabled_at":"[^"]*Z"\}\n`, "user", "list", "--format", "json")
	expect(0, `✓ demo@example.com is enabled.*`, "user", "enable", "demo@example.com")
	expect(0, `✓ The database is up to date\n`, "migrate")
	expect(0, `✓ Backup written: backup.tar.gz\n⚠ .*`, "backup", "backup.tar.gz")
	expect(1, `Error: backup.tar.gz is there already.*`, "backup", "backup.tar.gz")
	if info, err := os.Stat("backup.tar.gz"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v: %v", info.Mode(), err)
	}
	expect(2, `Error: .*needs one argument, a file.*`, "backup")
	expect(2, `Error: .*database of --database: must begin with postgres://\n`, "user", "list", "--database", "mysql://root:hunter2@localhost/x")
	expect(2, `Error: unknown command "uesr"\n.*did you mean qcos admin user\?\n`, "uesr")
}

// TestServerSecretRules: with PostgreSQL the secret must be given, a file that others may read is refused, and nothing of it is shown.
func TestServerSecretRules(t *testing.T) {
	u := newUser(t)
	u.writes(t, "project/open", "CaNaRy5ecr3t99CaNaRy5ecr3t99\n")
	if err := os.Chmod("open", 0o644); err != nil {
		t.Fatal(err)
	}
	u.writes(t, "project/short", "CaNaRy\n")
	const database = "postgres://nobody:CaNaRy5ecr3t99@127.0.0.1:1/none"
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"serve", "--database", database}, exitUsage, "the server's secret must be given"},
		{[]string{"worker", "--database", database}, exitUsage, "the server's secret must be given"},
		{[]string{"worker"}, exitUsage, "a worker needs --database"},
		{[]string{"worker", "--database", database, "--secret-file", "open"}, exitFailed, "chmod 600"},
		{[]string{"serve", "--database", database, "--secret-file", "short"}, exitFailed, "has 6 characters"},
		{[]string{"serve", "--database", database, "--secret-file", "absent"}, exitUsage, "openssl rand"},
		{[]string{"admin", "key", "create", "a@example.com", "--name", "x", "--database", database}, exitUsage, "the server's secret must be given"},
		{[]string{"serve", "--listen", "0.0.0.0:0"}, exitUsage, "without TLS keys would go there in the clear"},
		{[]string{"serve", "--listen", ":0"}, exitUsage, "without TLS keys would go there in the clear"},
		{[]string{"serve", "--tls-cert", "a.pem"}, exitUsage, "without the other"},
		{[]string{"serve", "--listen", "nowhere"}, exitUsage, "must be a host and a port"},
		{[]string{"serve", "--workers", "-3"}, exitUsage, "must be auto or a whole number"},
		{[]string{"serve", "--keep", "soon"}, exitUsage, "must be a time"},
		{[]string{"serve", "--trusted-proxies", "x"}, exitUsage, "addresses or networks"},
		{[]string{"serve", "--data-dir", "short"}, exitUsage, "short"},
	} {
		code, out, words := u.does(t, c.args...)
		if code != c.code || !strings.Contains(words, c.want) || out != "" {
			t.Errorf("%v: exit code %d:\n%s%s", c.args, code, out, words)
		}
		if strings.Contains(words, "CaNaRy") {
			t.Errorf("%v shows a secret: %s", c.args, words)
		}
	}
	t.Setenv("QCOS_SERVER_SECRET", "CaNaRy")
	if code, _, words := u.does(t, "admin", "user", "list"); code != exitUsage || strings.Contains(words, "CaNaRy") {
		t.Errorf("a bad secret in the environment: exit code %d: %s", code, words)
	}
}
