package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
	"github.com/softquantus/qcos/pkg/api"
)

type configureOptions struct {
	app     *App
	sources config.Sources

	given   map[string]string // settings that flags gave, by name
	profile string
}

func newConfigureCommand(a *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "configure",
		Short: "Store an API key, and manage all settings",
		Long: "Ask for an API key without showing it, and store it in ~/.qcos/config.json, readable by you alone.\n" +
			"Values of other flags are stored beside it; just Enter keeps the key that is there.\n" +
			"Circuits run on this machine without a key.",
		Example: "  qcos configure\n" +
			"  qcos configure --profile dev --api-url http://127.0.0.1:8080 --api-key - < key.txt",
		Args:              noSuchCommand,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := &configureOptions{app: a, sources: config.Here(nil), given: givenSettings(cmd.Flags())}
			o.profile = o.given[config.Profile]
			delete(o.given, config.Profile)
			if cmd.Flags().Changed("profile") {
				if err := config.CheckProfileName(o.profile); err != nil {
					return err
				}
			}
			return o.run(cmd.Context())
		},
	}
	config.AddFlags(cmd.Flags(), config.Names()...)
	cmd.Flags().Lookup("api-key").Usage = "the key to store; - reads it from standard input"
	cmd.Flags().Lookup("profile").Usage = "the profile to store in, made where it is absent"
	cmd.AddCommand(
		newConfigureListCommand(a),
		newConfigureGetCommand(a),
		newConfigureSetCommand(a),
		newConfigureUnsetCommand(a),
		newConfigurePathCommand(a),
	)
	return cmd
}

// givenSettings are the values of the flags of settings that were given, by the setting's name.
func givenSettings(flags *pflag.FlagSet) map[string]string {
	given := map[string]string{}
	for _, row := range config.Table() {
		if flags.Changed(row.Flag) {
			given[row.Name] = flags.Lookup(row.Flag).Value.String()
		}
	}
	return given
}

func (o *configureOptions) run(ctx context.Context) error {
	file, err := openConfigFile(o.sources)
	if err != nil {
		return err
	}
	for name, value := range o.given {
		if name == config.APIKey && value == "-" {
			continue
		}
		if err := config.CheckValue(name, value); err != nil {
			return err
		}
	}
	if err := o.obtainKey(ctx, file); err != nil {
		return err
	}
	if len(o.given) == 0 {
		return o.app.write([]byte("nothing was changed\n"))
	}
	err = config.Edit(file.Path, func(f *config.File) error {
		for _, row := range config.Table() {
			if value, ok := o.given[row.Name]; ok {
				f.Set(o.profile, &row, value)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return o.tell(ctx)
}

// obtainKey reads the key where flags do not give it: from standard input, or from the terminal. Off a terminal the other
// values suffice.
func (o *configureOptions) obtainKey(ctx context.Context, file *config.File) error {
	value, given := o.given[config.APIKey]
	var key string
	var err error
	switch {
	case given && value != "-":
		return nil
	case given:
		key, err = readSecretLine(ctx, o.app.In)
	case o.app.InTerminal:
		key, err = o.ask(ctx, file)
		if err == nil && key == "" {
			return o.keepKey(file)
		}
	case len(o.given) > 0:
		return nil
	default:
		return &UsageError{
			Detail: "there is no terminal to ask for the API key on",
			Next:   "give it on standard input: qcos configure --api-key - < FILE",
		}
	}
	if err != nil {
		return err
	}
	if err := config.CheckValue(config.APIKey, key); err != nil {
		return err
	}
	o.given[config.APIKey] = key
	return nil
}

func (o *configureOptions) ask(ctx context.Context, file *config.File) (string, error) {
	prompt := "API key: "
	if present, ok := file.Get(o.profile, config.Lookup(config.APIKey)); ok {
		prompt = fmt.Sprintf("API key [%s]: ", config.NewSecret(present.Text))
	}
	return o.app.askSecret(ctx, prompt)
}

// keepKey is Enter without a key: well where there is a key, or something else to store.
func (o *configureOptions) keepKey(file *config.File) error {
	_, present := file.Get(o.profile, config.Lookup(config.APIKey))
	if present || len(o.given) > 0 {
		return nil
	}
	return &UsageError{Detail: "no API key was typed", Next: "circuits run on this machine without one"}
}

// tell says what was stored where, and what else matters: another place that beats it, a `.env` that git would publish.
func (o *configureOptions) tell(ctx context.Context) error {
	var text strings.Builder
	mark := o.app.outPalette().green("✓")
	for _, row := range config.Table() {
		if value, ok := o.given[row.Name]; ok {
			fmt.Fprintf(&text, "%s %s stored in %s\n", mark, stored(&row, value), place(o.sources, o.profile))
		}
	}
	if err := o.app.write([]byte(text.String())); err != nil {
		return err
	}
	if _, ok := o.given[config.APIKey]; ok {
		o.warnOfStronger()
		o.warnOfOld(ctx, o.given[config.APIKey])
	}
	warnOfDotEnv(ctx, o.app, o.sources)
	return nil
}

// stored names a value for the user.
func stored(row *config.Setting, value string) string {
	if row.Secret {
		return "API key " + config.NewSecret(value).String()
	}
	return fmt.Sprintf("%s %s", row.Name, diag.Printable(config.Redact(value)))
}

// place names the file, and the profile within it.
func place(sources config.Sources, profile string) string {
	path := config.Tilde(sources.ConfigFile())
	if profile == "" {
		return path
	}
	return fmt.Sprintf("%s, profile %s", path, profile)
}

// oldPatience is how long configure asks a server about the age of a key.
const oldPatience = 5 * time.Second

// warnOfOld tells that the key just stored should be exchanged. Only a login can see how old a key is: without one, and where the server
// does not answer, nothing is said.
func (o *configureOptions) warnOfOld(ctx context.Context, key string) {
	s, err := config.Resolve(o.sources)
	if err != nil {
		return
	}
	if l, err := o.app.session(s); err != nil || l == nil {
		return
	}
	client, err := (&clientOptions{app: o.app}).sessionClient(s)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, oldPatience)
	defer cancel()
	keys, err := client.Keys(ctx)
	if err != nil {
		return
	}
	keys = slices.DeleteFunc(keys, func(k api.Key) bool { return !strings.HasPrefix(key, "qcos-"+k.Prefix) })
	o.app.warnOfOldKeys(keys)
}

// warnOfStronger tells that the key just stored is not the one that commands will use.
func (o *configureOptions) warnOfStronger() {
	s, err := config.Resolve(o.sources)
	if err != nil {
		o.app.warn(err.Error())
		return
	}
	origin := s.Origin(config.APIKey)
	switch {
	case origin.Kind == config.FromEnvironment || origin.Kind == config.FromDotEnv:
		o.app.warn(fmt.Sprintf("the key of %s is stronger than the one stored", origin))
	case s.Profile != o.profile && o.profile == "":
		o.app.warn(fmt.Sprintf("commands use profile %s (%s), not the key just stored", s.Profile, s.Origin(config.Profile)))
	case s.Profile != o.profile:
		fmt.Fprintf(o.app.Err, "use it with --profile %s, QCOS_PROFILE=%s, or for good: qcos configure set profile %s\n", o.profile, o.profile, o.profile)
	}
}

// warnOfDotEnv warns of a `.env` with a key that git would take into a commit.
func warnOfDotEnv(ctx context.Context, a *App, sources config.Sources) {
	dotEnv, _, err := sources.DotEnv()
	if err != nil || dotEnv == nil || !dotEnv.HasKey() {
		return
	}
	if config.GitStatusOf(ctx, dotEnv.Path) == config.GitVisible {
		a.warn(fmt.Sprintf("%s holds a key and git does not ignore it: add .env to .gitignore", config.Tilde(dotEnv.Path)))
	}
}

func openConfigFile(sources config.Sources) (*config.File, error) {
	path, err := configPath(sources)
	if err != nil {
		return nil, err
	}
	return config.ReadFile(path)
}

func configPath(sources config.Sources) (string, error) {
	path := sources.ConfigFile()
	if path == "" {
		return "", &config.Error{Detail: "there is no home folder to keep config.json in", Next: "set HOME to a folder of yours"}
	}
	return path, nil
}

// warn tells the user of something that is not an error.
func (a *App) warn(words string) {
	fmt.Fprintf(a.Err, "%s: %s\n", a.errPalette().yellow("warning"), diag.Printable(config.Redact(words)))
}
