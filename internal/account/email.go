package account

import (
	"fmt"
	"net/mail"
	"strings"
)

const longestEmail = 254 // characters; RFC 5321 section 4.5.3.1.3, less the angle brackets

// CleanEmail checks an e-mail address and gives it as it is stored and compared: without spaces around it and in lower case. A
// name beside the address, a quoted part and a host without a dot are refused, but for localhost, which tests use.
func CleanEmail(text string) (string, error) {
	email := strings.ToLower(strings.TrimSpace(text))
	bad := func(why string) (string, error) {
		return "", fmt.Errorf("not an e-mail address: %q %s: it looks like demo@example.com", text, why)
	}
	if email == "" {
		return bad("is empty")
	}
	if len(email) > longestEmail {
		return "", fmt.Errorf("not an e-mail address: it has %d characters, %d are allowed", len(email), longestEmail)
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || parsed.Name != "" {
		return bad("cannot be read as one")
	}
	at := strings.LastIndexByte(email, '@')
	local, host := email[:at], email[at+1:]
	if strings.ContainsAny(local, "\"\\ ") {
		return bad("has a quoted part")
	}
	if host != "localhost" && !isHost(host) {
		return bad("has no host name after the @")
	}
	return email, nil
}

// isHost reports whether the text is a host name with a dot in it. Names outside of ASCII are taken as they are.
func isHost(host string) bool {
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") || strings.ContainsAny(label, "[]:_") {
			return false
		}
	}
	return len(labels) > 1
}
