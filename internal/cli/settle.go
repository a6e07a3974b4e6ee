package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/softquantus/qcos/pkg/qcos"
)

// settlePatience is how long the cancelling of jobs may take after Ctrl-C.
const settlePatience = 5 * time.Second

// settleJobs offers, after Ctrl-C, to cancel the jobs that are still at the server. Where nobody can answer they are left
// running. A second Ctrl-C ends the process, and leaves them too.
func (a *App) settleJobs(client *qcos.Client, ids []string) {
	if len(ids) == 0 {
		return
	}
	what := fmt.Sprintf("%s may still run at %s", counted(len(ids), "job"), client.URL())
	if a.InTerminal && a.ErrTerminal && a.askYes(what+". Cancel? [y/N] ") {
		a.cancelJobs(client, ids)
		return
	}
	fmt.Fprintf(a.Err, "%s; qcos jobs list finds it, qcos jobs wait ID gets a result, qcos jobs cancel ID stops it:\n", what)
	for i, id := range ids {
		if i == shownRows {
			fmt.Fprintf(a.Err, "%sand %d more\n", indentation, len(ids)-i)
			break
		}
		fmt.Fprintf(a.Err, "%s%s\n", indentation, id)
	}
}

// askYes asks a question on standard error; anything but yes is no.
func (a *App) askYes(question string) bool {
	fmt.Fprint(a.Err, "\n"+question)
	answer, _ := bufio.NewReader(a.In).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

func (a *App) cancelJobs(client *qcos.Client, ids []string) {
	ctx, cancel := context.WithTimeout(context.Background(), settlePatience)
	defer cancel()
	failures := make(chan error, len(ids))
	for _, id := range ids {
		go func() {
			_, err := client.Job(id).Cancel(ctx)
			if is[*qcos.JobNotFoundError](err) { // it had not arrived
				err = nil
			}
			failures <- err
		}()
	}
	failed := 0
	var why error
	for range ids {
		if err := <-failures; err != nil {
			failed, why = failed+1, err
		}
	}
	if why != nil {
		a.warn(fmt.Sprintf("%s could not be cancelled: %v", counted(failed, "job"), why))
	}
	if done := len(ids) - failed; done > 0 {
		fmt.Fprintf(a.Err, "%s cancelled\n", counted(done, "job"))
	}
}
