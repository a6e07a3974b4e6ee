package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/config"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

const (
	// doctorTimeout is how long each question to the remote API may take: the doctor has no patience.
	doctorTimeout = 10 * time.Second
	// clockTolerance is the difference of clocks from which on certificates and times in results confuse.
	clockTolerance = 2 * time.Minute
)

// checkRemote asks the server of the key, where there is one: reachable and trusted, clocks alike, key accepted, and whose it is.
func (o *doctorOptions) checkRemote(ctx context.Context, s *config.Settings) []finding {
	if config.CheckTransport(s.APIURL, o.remote.insecureHTTP) != nil {
		return nil // has been told
	}
	session, err := o.app.session(s)
	if err != nil {
		return []finding{failed("login", err)}
	}
	if s.APIKey.Empty() && session == nil {
		return nil // has been told
	}
	quick := *s
	quick.Timeout, quick.MaxRetries = min(s.Timeout, o.timeout), 0
	client, err := o.remote.clientFor(&quick)
	if err != nil {
		return []finding{failed("remote API", err)}
	}
	health, err := client.Health(ctx)
	if err != nil {
		return []finding{remoteFailure("remote API", err)}
	}
	detail := fmt.Sprintf("%s is %s", client.URL(), health.Status)
	if health.Version != "" {
		detail += ", version " + health.Version
	}
	findings := []finding{{"remote API", verdictOK, detail + overTLS(client.URL()), ""}}
	if !health.QueueConnected {
		findings[0].Verdict, findings[0].Next = verdictWarn, "it does not reach its queue: jobs will not run"
	}
	return append(findings, checkClock(ctx, client), checkAccount(ctx, client, s.APIKey.Empty()))
}

func overTLS(url string) string {
	if strings.HasPrefix(url, "https:") {
		return ", its certificate is trusted"
	}
	return ", not encrypted"
}

func checkClock(ctx context.Context, client *qcos.Client) finding {
	const check = "clock"
	skew, err := client.ClockSkew(ctx)
	switch {
	case err != nil:
		return remoteFailure(check, err)
	case skew.Abs() > clockTolerance && skew > 0:
		return finding{check, verdictWarn, fmt.Sprintf("%s behind the server's", skew), "set this machine's clock"}
	case skew.Abs() > clockTolerance:
		return finding{check, verdictWarn, fmt.Sprintf("%s ahead of the server's", -skew), "set this machine's clock"}
	}
	return finding{check, verdictOK, "agrees with the server's", ""}
}

func checkAccount(ctx context.Context, client *qcos.Client, byLogin bool) finding {
	const check = "account"
	credential := "key"
	if byLogin {
		credential = "login"
	}
	info, err := client.UserInfo(ctx)
	if err != nil {
		return remoteFailure(check, err)
	}
	return finding{check, verdictOK, fmt.Sprintf("the %s is accepted: %s, tier %s, %d of %s jobs today", credential, info.User, info.Tier, info.JobsToday, info.DailyLimit), ""}
}

// remoteFailure words what a server or the way to it did wrong.
func remoteFailure(check string, err error) finding {
	f := finding{check, verdictFail, err.Error(), remoteRemedy(err)}
	var problem *api.Problem
	if is[*qcos.ConnectionError](err) && !errors.As(err, &problem) {
		f.Next = "check the address, the network and the proxy (HTTPS_PROXY); circuits run here with --backend local"
	}
	return f
}
