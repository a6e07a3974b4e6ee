package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// CheckProfileName tells whether a profile may have this name: it becomes part of the name of an environment variable.
func CheckProfileName(name string) error {
	if err := parseProfile(name, &Settings{}); err != nil {
		return fail("", "profile %q: %v", show(name), err)
	}
	return nil
}

// KeyVariable is the environment variable of a profile's key: QCOS_DEV_API_KEY for dev.
func KeyVariable(profile string) string {
	return "QCOS_" + strings.ToUpper(strings.ReplaceAll(profile, "-", "_")) + "_API_KEY"
}

func parseProfile(text string, into *Settings) error {
	if text == "" {
		return errEmpty
	}
	if !isProfileName(text) {
		return errors.New("a profile's name has up to 64 letters, digits, - and _, and begins with a letter or digit")
	}
	into.Profile = text
	return nil
}

func isProfileName(text string) bool {
	const longest = 64
	for i, c := range []byte(text) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || c != '-' && c != '_') {
			return false
		}
	}
	return len(text) <= longest
}

func parseKey(text string, into *Settings) error {
	if err := CheckKey(text); err != nil {
		return err
	}
	into.APIKey = NewSecret(text)
	return nil
}

func parseURL(text string, into *Settings) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return errEmpty
	case err != nil:
		return errors.New("is no URL; one looks like " + defaultURL)
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("must begin with https:// (or http://)")
	case u.Hostname() == "":
		return errors.New("names no host; a URL looks like " + defaultURL)
	case u.User != nil:
		return errors.New("must not hold a user or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(text, "#"):
		return errors.New("must end with the path, without ? and #")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return fmt.Errorf("has port %s, and ports go from 1 to 65535", port)
		}
	}
	u.Host = strings.ToLower(u.Host)
	into.APIURL = strings.TrimRight(u.String(), "/")
	return nil
}

// redactURL replaces what stands between // and @ in text that looks like a URL.
func redactURL(text string) string {
	begin := strings.Index(text, "//")
	at := strings.LastIndex(text, "@")
	if begin < 0 || at < begin {
		return text
	}
	return text[:begin+2] + "…" + text[at:]
}

func parseFile(text string, into *Settings) error {
	if text == "" {
		return errEmpty
	}
	if strings.ContainsRune(text, 0) {
		return errors.New("has a NUL within")
	}
	into.CAFile = text
	return nil
}

func parseBackend(text string, into *Settings) error {
	switch b := Backend(text); b {
	case Auto, Local, Remote:
		into.Backend = b
		return nil
	}
	return errors.New("must be auto, local or remote")
}

const longestTimeout = 24 * time.Hour

// parseTimeout reads whole seconds, minutes or hours. Go's own durations would also take 1.5h, 1h30m and 500ms, which the other
// SDKs would have to follow.
func parseTimeout(text string, into *Settings) error {
	unit := time.Second
	digits := text
	if n := len(text); n > 0 {
		switch text[n-1] {
		case 's':
			digits = text[:n-1]
		case 'm':
			digits, unit = text[:n-1], time.Minute
		case 'h':
			digits, unit = text[:n-1], time.Hour
		}
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || n == 0 || time.Duration(n) > longestTimeout/unit {
		return errors.New("must be a whole number of seconds, or one with a unit as in 30s, 2m or 1h, from 1s to 24h")
	}
	into.Timeout = time.Duration(n) * unit
	return nil
}

func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(d/time.Second), 10) + "s"
}

const mostRetries = 100

func parseRetries(text string, into *Settings) error {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > mostRetries {
		return fmt.Errorf("must be a whole number from 0 to %d", mostRetries)
	}
	into.MaxRetries = int(n)
	return nil
}

// CheckTransport refuses to send a key in the clear: http is for loopback addresses, elsewhere only where the user insists.
// The URL is one that Resolve returned.
func CheckTransport(apiURL string, insecureHTTP bool) error {
	u, err := url.Parse(apiURL)
	if err != nil {
		return fail("", "api_url %q: is no URL", show(apiURL))
	}
	if u.Scheme == "https" || insecureHTTP || isLoopback(u.Hostname()) {
		return nil
	}
	return fail("use https://",
		"api_url %q would send the key in the clear to %s", apiURL, u.Hostname())
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
