package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/daemon"
	"github.com/softquantus/qcos/internal/identity"
	"github.com/softquantus/qcos/internal/mail"
)

// databaseFlags are the settings of every command that opens the database of a server.
var databaseFlags = []string{config.ServerDataDir, config.ServerDatabase, config.ServerSecretFile, config.ServerConfig}

// workFlags are the settings of the commands that run jobs.
var workFlags = []string{config.ServerWorkers, config.ServerMaxMemory, config.ServerStopTimeout, config.ServerLogLevel}

type serveOptions struct {
	app   *App
	serve func(context.Context, daemon.Options, func(daemon.Started)) error

	settings func() (*config.Server, error)
}

func newServeCommand(a *App) *cobra.Command {
	o := &serveOptions{app: a, serve: daemon.Serve}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run a server of the remote API",
		Long: "Run the service on this machine: it takes circuits over HTTP, queues and runs them, and keeps what came out. Without any\n" +
			"setting it listens on the loopback address and keeps its data in ~/.qcos/server; with --database several of them and\n" +
			"any number of qcos worker share a PostgreSQL database. When it is ready it prints its address on standard output; Ctrl-C\n" +
			"or SIGTERM ends it in order. Logs are JSON on standard error.\n\n" +
			"Every setting is a flag, a variable QCOS_SERVER_…, or a member of config.json in the data folder (or of --config), the\n" +
			"first that has it: --max-memory, QCOS_SERVER_MAX_MEMORY, \"max_memory\". The server's secret may be in QCOS_SERVER_SECRET.",
		Example:           "  qcos serve\n  qcos serve --listen :8443 --tls-cert cert.pem --tls-key key.pem",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.settings = func() (*config.Server, error) { return config.ResolveServer(config.Here(cmd.Flags())) }
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().SortFlags = false
	config.AddServerFlags(cmd.Flags(), config.ServerListen)
	config.AddServerFlags(cmd.Flags(), databaseFlags...)
	config.AddServerFlags(cmd.Flags(), workFlags...)
	config.AddServerFlags(cmd.Flags(), config.ServerKeep, config.ServerTimeFree, config.ServerTimePro, config.ServerTimeEnter, config.ServerTLSCert,
		config.ServerTLSKey, config.ServerInsecureHTTP, config.ServerPublicURL, config.ServerSignUp, config.ServerDefaultTier, config.ServerSMTP, config.ServerProxies, config.ServerMetricsFrom, config.ServerAccountRate, config.ServerAddressRate)
	return cmd
}

func (o *serveOptions) run(ctx context.Context) error {
	s, err := o.settings()
	if err != nil {
		return err
	}
	if err := checkServe(s); err != nil {
		return err
	}
	d, err := o.app.daemonOptions(s)
	if err != nil {
		return err
	}
	o.app.settles.Store(true)
	slog.SetDefault(slog.New(errorsOnly{d.Log.Handler()}))
	return o.serve(ctx, d, func(at daemon.Started) { o.started(s, at) })
}

// checkServe refuses what would be unsafe or cannot work, before anything is opened.
func checkServe(s *config.Server) error {
	switch {
	case (s.TLSCert == "") != (s.TLSKey == ""):
		return &UsageError{Detail: "one of tls_cert and tls_key is given without the other", Next: "give both, or neither"}
	case !s.Loopback() && s.TLSCert == "" && !s.InsecureHTTP:
		return &UsageError{
			Detail: fmt.Sprintf("%s can be reached from other machines, and without TLS keys would go there in the clear", s.Listen),
			Next:   "give --tls-cert and --tls-key, or --insecure-http behind a proxy that speaks TLS",
		}
	}
	if !s.SMTP.Empty() && s.PublicURL == "" {
		return &UsageError{Detail: "smtp is given without public_url, and links in mails must lead somewhere", Next: "give --public-url, as https://qcos.example.com"}
	}
	return needSecret(s)
}

// needSecret refuses a PostgreSQL database without the secret: it is not kept beside such a database.
func needSecret(s *config.Server) error {
	if s.Database != "" && s.Secret.Empty() && s.SecretFile == "" {
		return &UsageError{
			Detail: "with --database the server's secret must be given",
			Next:   "give --secret-file FILE or QCOS_SERVER_SECRET, the same everywhere; openssl rand -base64 32 makes one",
		}
	}
	return nil
}

// daemonOptions are the settings as package daemon takes them.
func (a *App) daemonOptions(s *config.Server) (daemon.Options, error) {
	secret, err := serverSecret(s)
	if err != nil {
		return daemon.Options{}, err
	}
	mailer, err := mail.New(s.SMTP.Reveal())
	if err != nil {
		return daemon.Options{}, &UsageError{Detail: err.Error()}
	}
	d := daemon.Options{
		PublicURL: s.PublicURL, SignUp: identity.SignUpPolicy(s.SignUpPolicy()), DefaultTier: account.Tier(s.DefaultTier),
		DataDir: s.DataDir, Database: s.Database, Secret: secret, Workers: s.Workers, MaxMemory: s.MaxMemory, Keep: s.Keep,
		TimeLimits: map[account.Tier]time.Duration{account.Free: s.TimeFree, account.Pro: s.TimePro, account.Enterprise: s.TimeEnterprise},
		Listen:     s.Listen, TLSCert: s.TLSCert, TLSKey: s.TLSKey, TrustedProxies: s.TrustedProxies, MetricsFrom: s.MetricsFrom,
		AccountRate: s.AccountRate, AddressRate: s.AddressRate, Patience: s.StopTimeout, Version: version(), Log: a.serverLog(s.LogLevel), Child: childCommand,
	}
	if mailer != nil {
		d.Mailer = mailer
	}
	if d.Database != "" {
		d.DataDir = ""
	}
	return d, nil
}

// serverSecret reads the secret from where the settings say; it is empty where they say nothing.
func serverSecret(s *config.Server) (account.Secret, error) {
	switch {
	case !s.Secret.Empty():
		secret, err := account.NewSecret(s.Secret.Reveal())
		if err != nil {
			err = &UsageError{Detail: "QCOS_SERVER_SECRET: " + err.Error()}
		}
		return secret, err
	case s.SecretFile != "":
		secret, err := account.LoadSecret(s.SecretFile)
		if errors.Is(err, fs.ErrNotExist) {
			err = &UsageError{Detail: err.Error(), Next: "make it: umask 077 && openssl rand -base64 32 > " + s.SecretFile}
		}
		return secret, err
	}
	return account.Secret{}, nil
}

// serverLog is the log of a server: JSON on standard error, keys cut.
func (a *App) serverLog(level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(a.Err, &slog.HandlerOptions{Level: l, ReplaceAttr: redactAttr}))
}

// errorsOnly is what libraries log of their own accord: of their warnings, which quote requests, nothing is kept.
type errorsOnly struct{ slog.Handler }

// Enabled is slog.Handler's.
func (h errorsOnly) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError && h.Handler.Enabled(ctx, level)
}

// started prints the one line of standard output, and for people where the data is and how to begin.
func (o *serveOptions) started(s *config.Server, at daemon.Started) {
	where := "data: " + config.Tilde(s.DataDir)
	flags := ""
	switch {
	case s.Database != "":
		where, flags = "data: the PostgreSQL database of --database", " --database URL --secret-file FILE"
	case config.Tilde(s.DataDir) != "~/.qcos/server":
		flags = " --data-dir " + s.DataDir
	}
	var words strings.Builder
	fmt.Fprintf(&words, "%s\n", where)
	if at.SecretCreated {
		fmt.Fprintf(&words, "the server's secret was made in %s: without it no key works, so keep a backup (qcos admin backup FILE)\n", config.Tilde(s.DataDir))
	}
	fmt.Fprintf(&words, "pages: %s/app/ (sign-up is %s)\n", at.URL, s.SignUpPolicy())
	fmt.Fprintf(&words, "to make a user with a key, and to run a first job with it:\n")
	fmt.Fprintf(&words, "  qcos admin user create you@example.com --tier free --key first%s\n", flags)
	fmt.Fprintf(&words, "  qcos execute bell.qasm --api-url %s --api-key KEY\n", at.URL)
	fmt.Fprint(o.app.Err, words.String())
	_ = o.app.write([]byte("listening on " + at.URL + "\n")) // whoever closed standard output does not want it
}
