package cli

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/pkg/qcos"
)

// TestSDKResolvesAsTheCommandLine gives key, URL and profile in random places, and holds the Go client's choice against the command
// line's.
func TestSDKResolvesAsTheCommandLine(t *testing.T) {
	u := newUser(t)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range 400 {
		flags, options := u.scatter(t, r)
		s, err := config.Resolve(config.Here(flags))
		client, clientErr := qcos.NewClient(options...)
		var refused *qcos.ConfigError
		switch {
		case err != nil || s.APIKey.Empty():
			if !errors.As(clientErr, &refused) {
				t.Fatalf("case %d, seed %d: the command line has no key (%v), the client %v, %v", i, seed, err, client, clientErr)
			}
		case clientErr != nil:
			t.Fatalf("case %d, seed %d: the command line has a key of %s, the client: %v", i, seed, s.Origin(config.APIKey), clientErr)
		default:
			want, got := s.Origin(config.APIKey), client.KeyOrigin()
			kind := strings.Replace(got.Kind, "argument", string(config.FromFlag), 1)
			if client.URL() != s.APIURL || kind != string(want.Kind) || kind != string(config.FromFlag) && kind != string(config.FromConfigFile) && got.Name != want.Name {
				t.Fatalf("case %d, seed %d: key of %s to %s by the client, of %s to %s by the command line", i, seed, got, client.URL(), want, s.APIURL)
			}
		}
	}
}

// scatter writes values into places by chance, each naming its place.
func (u *user) scatter(t *testing.T, r *rand.Rand) (*pflag.FlagSet, []qcos.Option) {
	t.Helper()
	chance := func() bool { return r.IntN(3) == 0 }
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags, config.Names()...)
	var options []qcos.Option
	if chance() {
		_ = flags.Set("api-key", "key-of-flag")
		options = append(options, qcos.WithAPIKey("key-of-flag"))
	}
	if chance() {
		_ = flags.Set("api-url", "https://flag.example")
		options = append(options, qcos.WithAPIURL("https://flag.example"))
	}
	if chance() {
		_ = flags.Set("profile", "dev")
		options = append(options, qcos.WithProfile("dev"))
	}
	var dotEnv strings.Builder
	for name, value := range map[string]string{
		"QCOS_API_KEY": "key-of-%s", "QCOS_API_URL": "https://%s.example", "QCOS_PROFILE": "dev", "QCOS_DEV_API_KEY": "own-key-of-%s",
	} {
		for place, put := range map[string]func(value string){
			"env": func(value string) { t.Setenv(name, value) }, "dotenv": func(value string) { fmt.Fprintf(&dotEnv, "%s=%s\n", name, value) },
		} {
			if place == "env" {
				_ = os.Setenv(name, "")
			}
			if chance() {
				put(strings.Replace(value, "%s", place, 1))
			}
		}
	}
	u.writes(t, "project/.env", dotEnv.String())
	section := func(place string) string {
		var members []string
		if chance() {
			members = append(members, `"api_key":"key-of-`+place+`"`)
		}
		if chance() {
			members = append(members, `"api_url":"https://`+place+`.example"`)
		}
		return strings.Join(members, ",")
	}
	top := section("top")
	if chance() {
		top = strings.TrimPrefix(top+`,"default_profile":"dev"`, ",")
	}
	if chance() {
		top = strings.TrimPrefix(top+`,"profiles":{"dev":{`+section("profile")+`}}`, ",")
	}
	u.writes(t, ".qcos/config.json", "{"+top+"}")
	return flags, options
}
