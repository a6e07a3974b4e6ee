package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/pkg/api"
)

// oldKey is the age from which on a key should be rotated.
const oldKey = 90 * 24 * time.Hour

// lifeValue is a time in days such as 90d, or as timeValue reads it. The zero duration is none.
type lifeValue struct{ into *time.Duration }

func (v lifeValue) Type() string { return "TIME" }

func (v lifeValue) String() string {
	if v.into == nil || *v.into == 0 {
		return ""
	}
	return v.into.String()
}

const mostDays = 36_500

func (v lifeValue) Set(s string) error {
	text, inDays := strings.CutSuffix(s, "d")
	n, err := strconv.Atoi(text)
	if inDays && err == nil && n > 0 && n <= mostDays {
		*v.into = time.Duration(n) * 24 * time.Hour
		return nil
	}
	if _, err := strconv.Atoi(s); err == nil || inDays || (timeValue{v.into}).Set(s) != nil {
		return errors.New("a time is needed, such as 90d or 12h")
	}
	return nil
}

type authCreateKeyOptions struct {
	authOptions
	name   string
	life   time.Duration
	scopes []string
	save   bool
}

func newAuthCreateKeyCommand(a *App) *cobra.Command {
	o := &authCreateKeyOptions{authOptions: authOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "create-key --name NAME",
		Short: "Create an API key",
		Long: "Create an API key, which is shown this once and never again. It may be bounded in time and to scopes: execute submits and cancels jobs,\n" +
			"read sees jobs, results and the account. With --save it is stored as qcos configure stores it, with the server's address.",
		Example: "  qcos auth create-key --name \"my-app-key\"\n  qcos auth create-key --name dashboard --scope read --expires 90d\n  qcos auth create-key --name laptop --save",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().StringVar(&o.name, "name", "", "the `NAME` of the key, to tell keys apart (needed)")
	cmd.Flags().Var(lifeValue{&o.life}, "expires", "stop the key after this time, such as 90d or 12h (default never)")
	cmd.Flags().StringSliceVar(&o.scopes, "scope", nil, "what the key may be used for: `SCOPE` execute or read; may be repeated (default both)")
	cmd.Flags().BoolVar(&o.save, "save", false, "store the key in ~/.qcos/config.json, in the profile in use")
	o.addFlags(cmd)
	return cmd
}

func (o *authCreateKeyOptions) request() (api.CreateKeyRequest, error) {
	r := api.CreateKeyRequest{Name: strings.TrimSpace(o.name)}
	if r.Name == "" {
		return r, &UsageError{Detail: "the key has no name", Next: "give one, such as --name my-app-key"}
	}
	for _, scope := range o.scopes {
		if scope != string(api.ScopeExecute) && scope != string(api.ScopeRead) {
			return r, &UsageError{Detail: fmt.Sprintf("--scope %q: it is execute or read", scope)}
		}
		r.Scopes = append(r.Scopes, api.Scope(scope))
	}
	if o.life > 0 {
		at := api.NewTime(o.app.Now().Add(o.life))
		r.ExpiresAt = &at
	}
	return r, nil
}

func (o *authCreateKeyOptions) run(ctx context.Context) error {
	r, err := o.request()
	if err != nil {
		return err
	}
	client, s, err := o.client()
	if err != nil {
		return err
	}
	key, err := client.CreateKey(ctx, r)
	if err != nil {
		return authError(err, s)
	}
	if err := o.showKey(key, "✓ API Key created: "+string(key.Secret)+"\n⚠ Store this key securely - it won't be shown again\n"); err != nil {
		return err
	}
	if o.save {
		return o.saveKey(s, key.Secret)
	}
	return nil
}

// showKey writes the guide's words, or JSON. The key is lost where nobody reads it: then its words say what to do.
func (o *authOptions) showKey(key any, words string) error {
	if o.format == formatJSON {
		return o.app.writeJSON(key)
	}
	return o.app.write([]byte(words))
}

// saveKey stores a key as qcos configure does, with the address of its server: both are one credential.
func (o *authOptions) saveKey(s *config.Settings, key api.Secret) error {
	sources := config.Here(nil)
	path := sources.ConfigFile()
	if path == "" {
		return &InputError{Detail: "there is no home folder to store the key in", Next: "the key is shown above: store it yourself"}
	}
	err := config.Edit(path, func(f *config.File) error {
		f.Set(s.Profile, config.Lookup(config.APIKey), string(key))
		f.Set(s.Profile, config.Lookup(config.APIURL), s.APIURL)
		if s.CAFile != "" {
			f.Set(s.Profile, config.Lookup(config.CAFile), s.CAFile)
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(o.app.Err, "stored in %s\n", place(sources, s.Profile))
	return nil
}

type authListKeysOptions struct{ authOptions }

func newAuthListKeysCommand(a *App) *cobra.Command {
	o := &authListKeysOptions{authOptions{app: a}}
	cmd := &cobra.Command{
		Use:     "list-keys",
		Short:   "List your API keys",
		Long:    "List your API keys that work, the oldest first, with the day on which each was created and last used. Keys themselves are never shown again.",
		Example: "  qcos auth list-keys\n  qcos auth list-keys --format json",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.addFlags(cmd)
	return cmd
}

func (o *authListKeysOptions) run(ctx context.Context) error {
	client, s, err := o.client()
	if err != nil {
		return err
	}
	keys, err := client.Keys(ctx)
	if err != nil {
		return authError(err, s)
	}
	o.app.warnOfOldKeys(keys)
	if o.format == formatJSON {
		return o.app.writeJSON(api.KeyList{Keys: keys})
	}
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tName\tCreated\tLast Used")
	for _, k := range keys {
		used := "-"
		if k.LastUsedAt != nil {
			used = k.LastUsedAt.UTC().Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", diag.Printable(k.ID), diag.Printable(k.Name), k.CreatedAt.UTC().Format(time.DateOnly), used)
	}
	_ = w.Flush() // to memory
	return o.app.write(text.Bytes())
}

// warnOfOldKeys is one line about keys that should be rotated.
func (a *App) warnOfOldKeys(keys []api.Key) {
	var old []string
	for _, k := range keys {
		if a.Now().Sub(k.CreatedAt.Time) > oldKey {
			old = append(old, k.ID)
		}
	}
	switch len(old) {
	case 0:
	case 1:
		a.warn(fmt.Sprintf("the key %s is older than 90 days: exchange it with qcos auth rotate-key %s", old[0], old[0]))
	default:
		a.warn(fmt.Sprintf("%d keys are older than 90 days: exchange them with qcos auth rotate-key: %s", len(old), strings.Join(old, ", ")))
	}
}

type authRevokeKeyOptions struct {
	authOptions
	id string
}

func newAuthRevokeKeyCommand(a *App) *cobra.Command {
	o := &authRevokeKeyOptions{authOptions: authOptions{app: a}}
	cmd := &cobra.Command{
		Use:     "revoke-key ID",
		Short:   "Stop an API key at once",
		Long:    "Stop the API key with this id at once, and that key alone. qcos auth list-keys shows the ids.",
		Example: "  qcos auth revoke-key key_abc123\n  qcos auth revoke-key key_abc123 --profile dev --format json",
		Args:    oneArgument("the id of a key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.id = args[0]
			return o.run(cmd.Context())
		},
	}
	o.addFlags(cmd)
	return cmd
}

// checkKeyID refuses what is no id before anything is sent: it may be a key.
func checkKeyID(id string) error {
	if strings.HasPrefix(id, "key_") && len(id) <= 64 {
		return nil
	}
	detail := fmt.Sprintf("%q is not the id of a key", config.Redact(id))
	return &UsageError{Detail: detail, Next: "ids begin with key_: qcos auth list-keys shows them"}
}

func (o *authRevokeKeyOptions) run(ctx context.Context) error {
	if err := checkKeyID(o.id); err != nil {
		return err
	}
	client, s, err := o.client()
	if err != nil {
		return err
	}
	if err := client.RevokeKey(ctx, o.id); err != nil {
		return authError(err, s)
	}
	if o.format == formatJSON {
		return o.app.writeJSON(map[string]any{"id": o.id, "revoked": true})
	}
	return o.app.write([]byte("✓ Key revoked successfully\n"))
}

type authRotateKeyOptions struct {
	authOptions
	id   string
	save bool
}

func newAuthRotateKeyCommand(a *App) *cobra.Command {
	o := &authRotateKeyOptions{authOptions: authOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "rotate-key ID",
		Short: "Replace an API key, which works for 24 hours more",
		Long: "Make a new API key of the same name, scopes and lifetime, which is shown this once and never again. The old one works for 24 hours more,\n" +
			"so that nothing stops while it is exchanged. With --save the new key is stored as qcos configure stores it.",
		Example: "  qcos auth rotate-key key_abc123\n  qcos auth rotate-key key_abc123 --save",
		Args:    oneArgument("the id of a key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.id = args[0]
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&o.save, "save", false, "store the new key in ~/.qcos/config.json, in the profile in use")
	o.addFlags(cmd)
	return cmd
}

func (o *authRotateKeyOptions) run(ctx context.Context) error {
	if err := checkKeyID(o.id); err != nil {
		return err
	}
	client, s, err := o.client()
	if err != nil {
		return err
	}
	key, err := client.RotateKey(ctx, o.id)
	if err != nil {
		return authError(err, s)
	}
	if err := o.showKey(key, "✓ New key: "+string(key.Secret)+"\n⚠ Old key will be invalid in 24 hours\n"); err != nil {
		return err
	}
	if o.save {
		return o.saveKey(s, key.Secret)
	}
	return nil
}
