package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

var serverTable = []ServerSetting{
	{
		Name: ServerListen, Default: "127.0.0.1:8080", Value: "ADDRESS",
		Help:  "where requests are taken: host and port, :8080 for all addresses of the machine, port 0 for any free one",
		parse: parseListen,
	},
	{
		Name: ServerDataDir, Default: "~/.qcos/server", Value: "FOLDER", NoFile: true,
		Help:  "the folder of the embedded database, of the server's secret and of the file of settings",
		parse: func(text string, s *Server) error { s.DataDir = text; return nil },
	},
	{
		Name: ServerDatabase, Value: "URL", Hidden: true,
		Help:  "a PostgreSQL database, as postgres://user@host/name, in the place of the embedded one: for several servers and workers",
		parse: parseDatabase,
	},
	{
		Name: ServerSecret, Value: "TEXT", EnvOnly: true, Hidden: true,
		Help:  "the server's secret itself, in the environment alone",
		parse: func(text string, s *Server) error { s.Secret = NewSecret(text); return nil },
	},
	{
		Name: ServerSecretFile, Value: "FILE",
		Help:  "the file with the server's secret, mode 0600; needed with a PostgreSQL database, made in the data folder otherwise",
		parse: func(text string, s *Server) error { s.SecretFile = text; return nil },
	},
	{
		Name: ServerWorkers, Default: "auto", Value: "N",
		Help:  "jobs that this process runs at once: auto is one a core, 0 leaves all of them to qcos worker",
		parse: parseWorkers,
	},
	{
		Name: ServerMaxMemory, Default: defaultShare, Value: "SIZE",
		Help:  "memory that the running jobs of this process may take together, such as 8GiB",
		parse: parseMaxMemory,
	},
	{
		Name: ServerKeep, Default: "30d", Value: "TIME",
		Help:  "how long finished jobs are kept, such as 30d or 12h; 0 is for ever",
		parse: durationOf(func(s *Server) *time.Duration { return &s.Keep }, true),
	},
	{
		Name: ServerTLSCert, Value: "FILE", Help: "a certificate with its chain (PEM), with tls_key: requests are taken by HTTPS",
		parse: func(text string, s *Server) error { s.TLSCert = text; return nil },
	},
	{
		Name: ServerTLSKey, Value: "FILE", Help: "the key of the certificate (PEM)",
		parse: func(text string, s *Server) error { s.TLSKey = text; return nil },
	},
	{
		Name: ServerInsecureHTTP, Bool: true, Help: "take requests off the loopback address without TLS, such as behind a proxy that speaks it",
		parse: func(text string, s *Server) (err error) { s.InsecureHTTP, err = parseBool(text); return err },
	},
	{
		Name: ServerPublicURL, Value: "URL", Help: "where people reach the server, as https://qcos.example.com: of links in mails, and behind a proxy that speaks TLS",
		parse: parsePublicURL,
	},
	{
		Name: ServerSignUp, Default: signUpByAddress, Value: "open|invite|closed",
		Help:  "who may make an account on /signup: everybody, whoever has a link of admin user invite, or nobody",
		parse: parseSignUp,
	},
	{
		Name: ServerDefaultTier, Default: "free", Value: "free|pro|enterprise", Help: "the tier of an account that somebody makes on /signup",
		parse: parseDefaultTier,
	},
	{
		Name: ServerSMTP, Value: "URL", Hidden: true,
		Help:  "a mail server, as smtps://user:password@host:465?from=qcos@example.com (smtp:// for STARTTLS): confirms addresses, and sends links for new passwords",
		parse: parseSMTP,
	},
	{
		Name: ServerProxies, Value: "NETWORKS",
		Help:  "proxies whose X-Forwarded-For and X-Request-Id count, as addresses or networks with commas between: 10.0.0.0/8,::1",
		parse: networksOf(func(s *Server) *[]netip.Prefix { return &s.TrustedProxies }),
	},
	{
		Name: ServerMetricsFrom, Default: "127.0.0.0/8,::1", Value: "NETWORKS", Help: "who may read /metrics",
		parse: networksOf(func(s *Server) *[]netip.Prefix { return &s.MetricsFrom }),
	},
	{
		Name: ServerAccountRate, Default: "100", Value: "N", Help: "requests a second that one account may send, over ten seconds; 0 is any number",
		parse: rateOf(func(s *Server) *float64 { return &s.AccountRate }),
	},
	{
		Name: ServerAddressRate, Default: "10", Value: "N", Help: "requests a second without a valid key that one address may send, over ten seconds; 0 is any number",
		parse: rateOf(func(s *Server) *float64 { return &s.AddressRate }),
	},
	{
		Name: ServerTimeFree, Default: "60s", Value: "TIME", Help: "how long a job of the free tier may run",
		parse: durationOf(func(s *Server) *time.Duration { return &s.TimeFree }, false),
	},
	{
		Name: ServerTimePro, Default: "10m", Value: "TIME", Help: "how long a job of the pro tier may run",
		parse: durationOf(func(s *Server) *time.Duration { return &s.TimePro }, false),
	},
	{
		Name: ServerTimeEnter, Default: "1h", Value: "TIME", Help: "how long a job of the enterprise tier may run",
		parse: durationOf(func(s *Server) *time.Duration { return &s.TimeEnterprise }, false),
	},
	{
		Name: ServerStopTimeout, Default: "20s", Value: "TIME", Help: "how long running jobs and requests may go on when the process is told to stop; jobs then go back to the queue",
		parse: durationOf(func(s *Server) *time.Duration { return &s.StopTimeout }, false),
	},
	{
		Name: ServerLogLevel, Default: "info", Value: "debug|info|warn|error", Help: "what is logged on standard error, as JSON",
		parse: parseLogLevel,
	},
	{
		Name: ServerConfig, Value: "FILE", NoFile: true, Help: "a file of settings, one JSON object; without it config.json of the data folder, where there is one",
		parse: func(text string, s *Server) error { s.File = text; return nil },
	},
}

// signUpByAddress is the default of signup: it depends on who can reach the server.
const signUpByAddress = "open on loopback, else invite"

func parseSignUp(text string, s *Server) error {
	switch text {
	case "open", "invite", "closed":
		s.SignUp = text
	case signUpByAddress:
		s.SignUp = ""
	default:
		return errors.New("must be open, invite or closed")
	}
	return nil
}

// SignUpPolicy says who may make an account, where nothing was set by who can reach the server.
func (s *Server) SignUpPolicy() string {
	switch {
	case s.SignUp != "":
		return s.SignUp
	case s.Loopback() && (s.PublicURL == "" || isLoopbackURL(s.PublicURL)):
		return "open"
	}
	return "invite"
}

func isLoopbackURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && isLoopback(u.Hostname())
}

func parseDefaultTier(text string, s *Server) error {
	switch text {
	case "free", "pro", "enterprise":
		s.DefaultTier = text
		return nil
	}
	return errors.New("must be free, pro or enterprise")
}

func parsePublicURL(text string, s *Server) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("must be an http or https URL of a host, without a path")
	}
	s.PublicURL = u.Scheme + "://" + u.Host
	return nil
}

func parseSMTP(text string, s *Server) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Host == "" {
		return errors.New("must be an smtp or smtps URL")
	}
	if !strings.Contains(u.Query().Get("from"), "@") {
		return errors.New("must say who sends, as in ?from=qcos@example.com")
	}
	s.SMTP = NewSecret(text)
	return nil
}

func parseListen(text string, s *Server) error {
	_, port, err := net.SplitHostPort(text)
	if n, e := strconv.Atoi(port); err != nil || e != nil || n < 0 || n > 65535 {
		return errors.New("must be a host and a port, such as 127.0.0.1:8080 or :8080")
	}
	s.Listen = text
	return nil
}

// Loopback tells whether only this machine can reach the address that is listened on.
func (s *Server) Loopback() bool {
	host, _, err := net.SplitHostPort(s.Listen)
	return err == nil && isLoopback(host)
}

func parseDatabase(text string, s *Server) error {
	if !strings.HasPrefix(text, "postgres://") && !strings.HasPrefix(text, "postgresql://") {
		return errors.New("must begin with postgres://")
	}
	s.Database = text
	return nil
}

const mostWorkers = 1024

func parseWorkers(text string, s *Server) error {
	if text == "auto" {
		s.Workers = -1
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > mostWorkers {
		return fmt.Errorf("must be auto or a whole number from 0 to %d", mostWorkers)
	}
	s.Workers = n
	return nil
}

const defaultShare = "80 %" // of the machine's or control group's memory

func parseMaxMemory(text string, s *Server) error {
	if text == defaultShare {
		return nil // run.DefaultMaxMemory knows the machine
	}
	n, err := ParseBytes(text)
	if err == nil {
		s.MaxMemory = n
	}
	return err
}

// byteUnits are the factors of sizes in bytes. A bare letter means the binary unit, as everywhere for memory.
var byteUnits = map[string]float64{
	"": 1, "b": 1,
	"k": 1 << 10, "kib": 1 << 10, "kb": 1e3,
	"m": 1 << 20, "mib": 1 << 20, "mb": 1e6,
	"g": 1 << 30, "gib": 1 << 30, "gb": 1e9,
	"t": 1 << 40, "tib": 1 << 40, "tb": 1e12,
}

// ParseBytes reads an amount of memory such as 8GiB.
func ParseBytes(s string) (int64, error) {
	number := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
	factor, ok := byteUnits[strings.ToLower(strings.TrimSpace(s[len(number):]))]
	n, err := strconv.ParseFloat(number, 64)
	if total := n * factor; ok && err == nil && total >= 1 && total < math.MaxInt64 {
		return int64(total), nil
	}
	return 0, errors.New("a size is needed, such as 512MiB, 8GiB or 1.5T")
}

const day = 24 * time.Hour

func durationOf(field func(*Server) *time.Duration, zero bool) func(string, *Server) error {
	return func(text string, s *Server) error {
		d, err := parseDays(text)
		switch {
		case err != nil, d < 0, d == 0 && !zero:
			return errors.New("must be a time, such as 30s, 10m, 12h or 30d")
		case d > 0 && d < time.Second:
			return errors.New("must be one second or more")
		}
		*field(s) = d
		return nil
	}
}

func parseDays(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * day, err
	}
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	return time.ParseDuration(text)
}

func networksOf(field func(*Server) *[]netip.Prefix) func(string, *Server) error {
	return func(text string, s *Server) error {
		var all []netip.Prefix
		for part := range strings.SplitSeq(text, ",") {
			part = strings.TrimSpace(part)
			p, err := netip.ParsePrefix(part)
			if err != nil {
				a, e := netip.ParseAddr(part)
				if e != nil {
					return errors.New("must be addresses or networks with commas between, such as 10.0.0.0/8,::1")
				}
				p = netip.PrefixFrom(a, a.BitLen())
			}
			all = append(all, p.Masked())
		}
		*field(s) = all
		return nil
	}
}

func rateOf(field func(*Server) *float64) func(string, *Server) error {
	return func(text string, s *Server) error {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || !(n >= 0 && n <= 1e6) {
			return errors.New("must be a number from 0 to 1000000")
		}
		*field(s) = n
		return nil
	}
}

func parseBool(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "1", "true", "yes":
		return true, nil
	case "0", "false", "no":
		return false, nil
	}
	return false, errors.New("must be true or false")
}

func parseLogLevel(text string, s *Server) error {
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, text) {
		return errors.New("must be debug, info, warn or error")
	}
	s.LogLevel = text
	return nil
}
