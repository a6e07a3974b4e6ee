package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/internal/diag"
)

type configureListOptions struct {
	app     *App
	sources config.Sources

	format format
}

func newConfigureListCommand(a *App) *cobra.Command {
	o := &configureListOptions{app: a}
	cmd := &cobra.Command{
		Use:               "list",
		Short:             "Show every setting and where its value comes from",
		Long:              "Show the value that each setting has here and now, and the flag, variable or file that it comes from. Keys are cut.",
		Example:           "  qcos configure list\n  qcos configure list --profile dev --format json",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.sources = config.Here(cmd.Flags())
			return o.run()
		},
	}
	config.AddFlags(cmd.Flags(), config.Profile)
	addFormatFlag(cmd, &o.format)
	return cmd
}

func (o *configureListOptions) run() error {
	s, err := config.Resolve(o.sources)
	if err != nil {
		return err
	}
	for _, w := range s.Warnings {
		o.app.warn(w)
	}
	var profiles []string
	if o.sources.ConfigFile() != "" {
		file, err := openConfigFile(o.sources)
		if err != nil {
			return err
		}
		profiles = file.Profiles()
	}
	if o.format == formatJSON {
		return o.writeJSON(s, profiles)
	}
	return o.writeText(s, profiles)
}

func (o *configureListOptions) writeText(s *config.Settings, profiles []string) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
	for _, v := range s.Values() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", v.Setting.Name, shownValue(v), v.Origin)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(profiles) > 0 {
		fmt.Fprintf(&text, "\nProfiles of %s: %s\n", config.Tilde(o.sources.ConfigFile()), diag.Printable(strings.Join(profiles, ", ")))
	}
	return o.app.write([]byte(config.Redact(text.String())))
}

func shownValue(v config.Value) string {
	if v.Text == "" {
		return "-"
	}
	return diag.Printable(v.Text)
}

// listedSettings is the JSON of `configure list`.
type listedSettings struct {
	Settings []listedSetting `json:"settings"`
	Profiles []string        `json:"profiles"`
	Warnings []string        `json:"warnings"`
}

type listedSetting struct {
	Name   string        `json:"name"`
	Value  *string       `json:"value"` // null: none; a key is cut
	Origin config.Origin `json:"origin"`
}

func (o *configureListOptions) writeJSON(s *config.Settings, profiles []string) error {
	list := listedSettings{Profiles: append([]string{}, profiles...), Warnings: append([]string{}, s.Warnings...)}
	for _, v := range s.Values() {
		item := listedSetting{Name: v.Setting.Name, Origin: v.Origin}
		if v.Text != "" {
			item.Value = &v.Text
		}
		list.Settings = append(list.Settings, item)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return o.app.write([]byte(config.Redact(string(text)) + "\n"))
}
