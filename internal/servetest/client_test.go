package servetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// client asks a service, whichever of its addresses answers, for as long as it takes. It is plain net/http: what a test counts must not
// depend on the retries of our own client.
type client struct {
	http *http.Client
	urls []string
	key  string
	turn int
}

func newClient(key string, urls ...string) *client {
	return &client{http: &http.Client{Timeout: 90 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}, urls: urls, key: key}
}

// call does one request at one address. A status of 5xx is an error.
func (c *client) call(method, path string, body, into any) (status int, err error) {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, c.urls[c.turn%len(c.urls)]+path, in)
	if err != nil {
		return 0, err
	}
	r.Header.Set(api.HeaderKey, c.key)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	if answer.StatusCode >= 500 {
		return answer.StatusCode, fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	if into != nil && answer.StatusCode < 300 {
		if err := json.Unmarshal(text, into); err != nil {
			return answer.StatusCode, fmt.Errorf("%s %s: %w: %s", method, path, err, text)
		}
	}
	if answer.StatusCode >= 300 {
		return answer.StatusCode, &refusal{answer.StatusCode, string(text)}
	}
	return answer.StatusCode, nil
}

// refusal is an answer that repeating the request does not change.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d: %s", r.status, r.text) }

// persist calls until there is an answer, at the next address after each error.
func (c *client) persist(until time.Time, method, path string, body, into any) (err error) {
	for {
		if _, err = c.call(method, path, body, into); err == nil {
			return nil
		}
		var r *refusal
		if errors.As(err, &r) && !strings.Contains(r.text, string(api.CodeTooManyRequests)) {
			return err
		}
		if time.Now().After(until) {
			return fmt.Errorf("for too long: %w", err)
		}
		c.turn++
		time.Sleep(20 * time.Millisecond)
	}
}

// submit enters a job under an id of ours, any number of times if need be.
func (c *client) submit(until time.Time, id, qasm string, shots int) error {
	return c.persist(until, http.MethodPost, api.PathExecute, api.ExecuteRequest{QASM: qasm, Shots: shots, JobID: id}, nil)
}

// result waits for a job's end.
func (c *client) result(until time.Time, id string) (api.Job, error) {
	for {
		var j api.Job
		if err := c.persist(until, http.MethodGet, api.ResultsPath(id)+"?wait=20", nil, &j); err != nil {
			return j, err
		}
		if j.Status.Finished() {
			return j, nil
		}
		if time.Now().After(until) {
			return j, fmt.Errorf("job %s is still %s", id, j.Status)
		}
	}
}

func (c *client) user(until time.Time) (u api.UserInfo, err error) {
	err = c.persist(until, http.MethodGet, api.PathUser, nil, &u)
	return u, err
}
