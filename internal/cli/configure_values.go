package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
)

// valueOptions are those of get, set and unset: one setting, perhaps of one profile.
type valueOptions struct {
	app     *App
	sources config.Sources

	setting *config.Setting
	value   string // of set; "" is still to be read
	profile string
}

func newConfigureGetCommand(a *App) *cobra.Command {
	o := &valueOptions{app: a}
	cmd := &cobra.Command{
		Use:     "get NAME",
		Short:   "Print the value of a setting",
		Long:    "Print the value that a setting has here and now, whatever place it comes from; an empty line where it has none. A key is cut.",
		Example: "  qcos configure get api_url\n  qcos configure get timeout --profile dev",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.sources = config.Here(cmd.Flags())
			return o.parse(cmd, args, 1, o.get)
		},
	}
	return o.complete(cmd, "the profile to look in (QCOS_PROFILE)")
}

func newConfigureSetCommand(a *App) *cobra.Command {
	o := &valueOptions{app: a}
	cmd := &cobra.Command{
		Use:   "set NAME VALUE",
		Short: "Store the value of a setting",
		Long: "Store the value of a setting in ~/.qcos/config.json, outside of profiles or in one of them.\n" +
			"For a key, - reads it from standard input, and no value asks for it: what is typed after a command stays in the shell's history.",
		Example: "  qcos configure set timeout 2m\n  qcos configure set api_url https://quantum.example --profile dev",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.sources = config.Here(nil)
			return o.parse(cmd, args, 2, func() error { return o.set(cmd.Context()) })
		},
	}
	return o.complete(cmd, "the profile to store in, made where it is absent")
}

func newConfigureUnsetCommand(a *App) *cobra.Command {
	o := &valueOptions{app: a}
	cmd := &cobra.Command{
		Use:     "unset NAME",
		Short:   "Forget the stored value of a setting",
		Long:    "Take a setting out of ~/.qcos/config.json, outside of profiles or in one of them. A profile with nothing left in it goes as well.",
		Example: "  qcos configure unset timeout\n  qcos configure unset api_key --profile dev",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.sources = config.Here(nil)
			return o.parse(cmd, args, 1, o.unset)
		},
	}
	return o.complete(cmd, "the profile to take it out of")
}

// complete adds what the three commands share.
func (o *valueOptions) complete(cmd *cobra.Command, profileUsage string) *cobra.Command {
	config.AddFlags(cmd.Flags(), config.Profile)
	cmd.Flags().Lookup("profile").Usage = profileUsage
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return config.Names(), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// parse reads the arguments, at most most of them, and then does.
func (o *valueOptions) parse(cmd *cobra.Command, args []string, most int, do func() error) error {
	switch {
	case len(args) == 0:
		return &UsageError{Detail: cmd.CommandPath() + " needs the name of a setting", Next: seeHelp(cmd)}
	case len(args) > most:
		return &UsageError{Detail: fmt.Sprintf("%s takes %d arguments at most, %d were given", cmd.CommandPath(), most, len(args)), Next: seeHelp(cmd)}
	}
	var err error
	if o.setting, err = config.Find(args[0]); err != nil {
		return err
	}
	if len(args) == 2 {
		o.value = args[1]
	}
	if most == 2 && len(args) < 2 && !o.setting.Secret {
		return &UsageError{Detail: fmt.Sprintf("%s %s needs a value: %s", cmd.CommandPath(), o.setting.Name, o.setting.Allowed), Next: seeHelp(cmd)}
	}
	o.profile = cmd.Flags().Lookup("profile").Value.String()
	if cmd.Flags().Changed("profile") {
		if err := config.CheckProfileName(o.profile); err != nil {
			return err
		}
	}
	return do()
}

func (o *valueOptions) get() error {
	s, err := config.Resolve(o.sources)
	if err != nil {
		return err
	}
	for _, v := range s.Values() {
		if v.Setting.Name == o.setting.Name {
			return o.app.write([]byte(config.Redact(v.Text) + "\n"))
		}
	}
	return nil
}

func (o *valueOptions) set(ctx context.Context) error {
	if err := o.checkPlace(); err != nil {
		return err
	}
	if o.setting.Secret {
		c := &configureOptions{app: o.app, sources: o.sources, profile: o.profile, given: map[string]string{}}
		if o.value != "" {
			c.given[o.setting.Name] = o.value
		}
		return c.run(ctx)
	}
	if err := config.CheckValue(o.setting.Name, o.value); err != nil {
		return err
	}
	err := o.edit(func(f *config.File) error {
		if o.setting.Name == config.Profile && !f.HasProfile(o.value) {
			return noSuchProfile(f, o.value)
		}
		f.Set(o.profile, o.setting, o.value)
		return nil
	})
	if err != nil {
		return err
	}
	return o.say("%s stored in %s", stored(o.setting, o.value), place(o.sources, o.profile))
}

func noSuchProfile(f *config.File, name string) error {
	return &config.Error{
		Detail: fmt.Sprintf("%s has no profile %q", config.Tilde(f.Path), config.Redact(name)),
		Next:   "make it first: qcos configure --profile NAME",
	}
}

func (o *valueOptions) unset() error {
	if err := o.checkPlace(); err != nil {
		return err
	}
	words := "%s was not in %s"
	err := o.edit(func(f *config.File) error {
		if f.Unset(o.profile, o.setting) {
			words = "%s taken out of %s"
		}
		return nil
	})
	if err != nil {
		return err
	}
	return o.say(words, o.setting.Name, place(o.sources, o.profile))
}

func (o *valueOptions) edit(change func(*config.File) error) error {
	path, err := configPath(o.sources)
	if err != nil {
		return err
	}
	return config.Edit(path, change)
}

// checkPlace refuses to keep in a profile what is not a profile's.
func (o *valueOptions) checkPlace() error {
	if o.setting.TopLevel && o.profile != "" {
		return &UsageError{Detail: fmt.Sprintf("%s cannot be kept in a profile", o.setting.Name), Next: "leave --profile out"}
	}
	return nil
}

func (o *valueOptions) say(words string, args ...any) error {
	return o.app.write([]byte(o.app.outPalette().green("✓") + " " + diag.Printable(fmt.Sprintf(words, args...)) + "\n"))
}
