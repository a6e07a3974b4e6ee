package config

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/viper"
)

// candidate is a value for a setting from one place.
type candidate struct {
	text   string
	origin Origin
}

// none tells that no place, not even the table's default, gives a value.
func (c candidate) none() bool { return c.origin.Kind == FromDefault && c.text == "" }

// lookup asks one place for a setting's value.
type lookup func(row *Setting) (candidate, bool)

// resolver holds the places that give values. Viper reads the two that a user types, flags and environment: a flag left alone
// and an empty variable are no value. Ranking the places is done here, since each value has to know where it came from, and
// since key and URL depend on each other.
type resolver struct {
	flags  *viper.Viper
	env    *viper.Viper
	dotEnv *DotEnv // nil where there is none
	file   *File   // nil without a home
	home   string

	profile candidate // text "" is none
	chosen  bool      // by a flag or QCOS_PROFILE, as opposed to default_profile
	key     candidate
}

func newResolver(from Sources, dotEnv *DotEnv, file *File) (*resolver, error) {
	r := &resolver{flags: viper.New(), env: viper.New(), dotEnv: dotEnv, file: file, home: from.Home}
	for i := range table {
		row := &table[i]
		if err := r.env.BindEnv(row.Name, row.Env); err != nil {
			return nil, fmt.Errorf("internal error: %w", err)
		}
		if from.Flags == nil {
			continue
		}
		flag := from.Flags.Lookup(row.Flag)
		if flag == nil || flag.Annotations[settingFlag] == nil {
			continue
		}
		if err := r.flags.BindPFlag(row.Name, flag); err != nil {
			return nil, fmt.Errorf("internal error: %w", err)
		}
	}
	if err := r.chooseProfile(); err != nil {
		return nil, err
	}
	r.key = r.first(Lookup(APIKey), r.keyOrder())
	return r, nil
}

func (r *resolver) chooseProfile() error {
	row := Lookup(Profile)
	r.profile = r.first(row, []lookup{r.fromFlag, r.fromEnv, r.fromDotEnv})
	r.chosen = r.profile.origin.Kind != FromDefault
	if !r.chosen {
		r.profile = r.first(row, []lookup{r.fromTopLevel})
	}
	if r.profile.none() {
		return nil
	}
	if err := row.parse(r.profile.text, &Settings{}); err != nil {
		return valueError(row, r.profile, err)
	}
	if _, ok := r.fromKeyVariable(nil); ok || r.file != nil && r.file.HasProfile(r.profile.text) {
		return nil
	}
	return r.unknownProfile()
}

func (r *resolver) unknownProfile() error {
	name := show(r.profile.text)
	if name != r.profile.text { // a key, pasted in the wrong place
		return fail("", "profile %q of %s does not exist", name, r.profile.origin)
	}
	where, next := "there is no config.json", "qcos configure --profile "+name+" makes it"
	if r.file != nil {
		profiles := r.file.Profiles()
		where = Tilde(r.file.Path) + " has no such profile" + suggest(name, profiles)
		if len(profiles) > 0 {
			next = fmt.Sprintf("profiles: %s; %s", list(profiles), next)
		}
	}
	return fail(next, "profile %q of %s: %s, and %s is not set", name, r.profile.origin, where, KeyVariable(name))
}

// pick gives the setting the value of the strongest place that has one.
func (r *resolver) pick(row *Setting) candidate {
	switch row.Name {
	case Profile:
		return r.profile
	case APIKey:
		return r.key
	}
	c := r.first(row, r.order(row))
	if row.Name == CAFile {
		c.text = r.locate(c)
	}
	return c
}

func (r *resolver) first(row *Setting, order []lookup) candidate {
	for _, look := range order {
		if c, ok := look(row); ok {
			return c
		}
	}
	return candidate{text: row.Default, origin: Origin{Kind: FromDefault}}
}

func (r *resolver) keyOrder() []lookup {
	if r.chosen {
		return []lookup{r.fromFlag, r.fromKeyVariable, r.fromProfile, r.fromEnv, r.fromDotEnv}
	}
	return []lookup{r.fromFlag, r.fromEnv, r.fromDotEnv, r.fromKeyVariable, r.fromProfile}
}

// order ranks the places for a setting that is neither the profile nor the key. What belongs to a server follows the profile
// that the user chose, before the environment, so that one profile's key never meets another server's URL; unless the profile
// has no key and a plain QCOS_API_KEY is used, which goes where its own source says.
func (r *resolver) order(row *Setting) []lookup {
	switch {
	case row.OfServer && r.chosen && !r.plainKey():
		return []lookup{r.fromFlag, r.fromProfile, r.fromEnv, r.fromDotEnv}
	case row.OfServer:
		return []lookup{r.fromFlag, r.fromEnv, r.fromDotEnv, r.fromProfile}
	}
	return []lookup{r.fromFlag, r.fromEnv, r.fromDotEnv, r.fromProfile, r.fromTopLevel}
}

// plainKey tells that the key is the value of QCOS_API_KEY, which no profile owns.
func (r *resolver) plainKey() bool {
	o := r.key.origin
	return (o.Kind == FromEnvironment || o.Kind == FromDotEnv) && o.Name == Lookup(APIKey).Env
}

func (r *resolver) fromFlag(row *Setting) (candidate, bool) {
	if !r.flags.IsSet(row.Name) {
		return candidate{}, false
	}
	return candidate{r.flags.GetString(row.Name), Origin{Kind: FromFlag, Name: "--" + row.Flag}}, true
}

func (r *resolver) fromEnv(row *Setting) (candidate, bool) {
	if !r.env.IsSet(row.Name) {
		return candidate{}, false
	}
	return candidate{r.env.GetString(row.Name), Origin{Kind: FromEnvironment, Name: row.Env}}, true
}

func (r *resolver) fromDotEnv(row *Setting) (candidate, bool) {
	if row.WithKey && r.key.origin.Kind != FromDotEnv {
		return candidate{}, false
	}
	return r.dotEnv.variable(row.Env)
}

// fromKeyVariable asks for the variable of the profile's own key, in the environment and then in the `.env`.
func (r *resolver) fromKeyVariable(*Setting) (candidate, bool) {
	if r.profile.text == "" {
		return candidate{}, false
	}
	name := KeyVariable(r.profile.text)
	if err := r.env.BindEnv(name, name); err == nil && r.env.IsSet(name) {
		return candidate{r.env.GetString(name), Origin{Kind: FromEnvironment, Name: name}}, true
	}
	return r.dotEnv.variable(name)
}

// fromProfile asks the profile, or the part of config.json outside of profiles where none is in use.
func (r *resolver) fromProfile(row *Setting) (candidate, bool) {
	return r.fromFile(r.profile.text, row)
}

func (r *resolver) fromTopLevel(row *Setting) (candidate, bool) { return r.fromFile("", row) }

func (r *resolver) fromFile(profile string, row *Setting) (candidate, bool) {
	if r.file == nil || profile != "" && row.TopLevel {
		return candidate{}, false
	}
	v, ok := r.file.Get(profile, row)
	if !ok {
		return candidate{}, false
	}
	o := Origin{Kind: FromConfigFile, Path: r.file.Path, Line: v.Line}
	if profile != "" {
		o.Kind, o.Name = FromProfile, profile
	}
	return candidate{v.Text, o}, true
}

// ignored warns of values in the `.env` that do not count because the key in use is not of the same file.
func (r *resolver) ignored() []string {
	var warnings []string
	for i := range table {
		row := &table[i]
		if !row.WithKey || r.key.origin.Kind == FromDotEnv {
			continue
		}
		c, ok := r.dotEnv.variable(row.Env)
		if winner := r.pick(row); !ok || winner.origin.Kind == FromFlag || winner.origin.Kind == FromEnvironment || winner.text == c.text {
			continue
		}
		warnings = append(warnings, fmt.Sprintf("%s of %s does not count: it belongs to a key in the same file, and none from there is in use", row.Env, c.origin))
	}
	return warnings
}

// locate makes a path from a file one that works in the current folder: relative paths are relative to the file that names
// them, and ~/ is the home.
func (r *resolver) locate(c candidate) string {
	if rest, ok := strings.CutPrefix(c.text, "~/"); ok && r.home != "" {
		return filepath.Join(r.home, rest)
	}
	if c.text == "" || c.origin.Path == "" || filepath.IsAbs(c.text) {
		return c.text
	}
	return filepath.Join(filepath.Dir(c.origin.Path), c.text)
}
