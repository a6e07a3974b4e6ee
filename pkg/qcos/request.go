package qcos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/softquantus/qcos/pkg/api"
)

// call is a request that can be sent again.
type call struct {
	method string
	path   string
	query  url.Values
	body   []byte // JSON; nil for none
	jobID  string // that the request is about, for errors

	public bool // no key is needed, and none is sent
	// once marks what must not happen twice: it is sent again only where the server certainly did not act on it.
	once   bool
	header func(http.Header) // sees the header of the answer
	status func(code int)    // sees the HTTP status of the answer
}

const (
	maxAnswer  = 256 << 20 // bytes; servers keep results under 64 MiB
	maxProblem = 4 << 20
)

// ask is do with a new value for the answer, nil where there is an error.
func ask[T any](ctx context.Context, c *Client, cl call) (*T, error) {
	out := new(T)
	if err := c.do(ctx, cl, out); err != nil {
		return nil, err
	}
	return out, nil
}

// do sends a request, again where that is safe and promising, and decodes the answer into out, which may be nil.
func (c *Client) do(ctx context.Context, cl call, out any) error {
	for attempt := 0; ; attempt++ {
		err := c.attempt(ctx, cl, out)
		if err == nil {
			return nil
		}
		if cause := ctx.Err(); cause != nil {
			return cl.stopped(cause)
		}
		delay, again := c.retry(cl, err, attempt)
		if !again {
			return final(err)
		}
		if err := c.sleep(ctx, delay); err != nil {
			return cl.stopped(err)
		}
	}
}

// stopped is the error of a call whose context has ended.
func (cl *call) stopped(cause error) error {
	if errors.Is(cause, context.DeadlineExceeded) && cl.jobID != "" {
		return &TimeoutError{cl.jobID}
	}
	return cause
}

// failure is one attempt's failure: what the caller gets if it stays at that, and what speaks for another attempt.
type failure struct {
	err        error
	retryable  bool          // the cause may pass
	refused    bool          // the server certainly did nothing
	retryAfter time.Duration // what the server asked for; negative where it did not
}

func (f *failure) Error() string { return f.err.Error() }

func final(err error) error {
	var f *failure
	if errors.As(err, &f) {
		return f.err
	}
	return err
}

func (c *Client) attempt(ctx context.Context, cl call, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := c.request(ctx, cl)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return c.unreachable(cl, err)
	}
	defer drain(response.Body)
	if cl.header != nil {
		cl.header(response.Header)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return c.problem(cl, response)
	}
	if cl.status != nil {
		cl.status(response.StatusCode)
	}
	return c.decode(cl, response, out)
}

func (c *Client) request(ctx context.Context, cl call) (*http.Request, error) {
	target := c.base + cl.path
	if len(cl.query) > 0 {
		target += "?" + cl.query.Encode()
	}
	var body io.Reader
	if cl.body != nil {
		body = bytes.NewReader(cl.body)
	}
	request, err := http.NewRequestWithContext(ctx, cl.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	request.Header.Set("Accept", "application/json, "+api.ContentTypeProblem)
	request.Header.Set("User-Agent", c.userAgent)
	if cl.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if cl.public {
		return request, nil
	}
	if c.token == nil {
		request.Header.Set(api.HeaderKey, c.key)
		return request, nil
	}
	token, err := c.token(ctx)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	return request, nil
}

// drain reads the little that may be left, so that the connection can be used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 1<<12)
	_ = body.Close()
}

func (c *Client) decode(cl call, response *http.Response, out any) error {
	if out == nil || response.StatusCode == http.StatusNoContent {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return c.unreachable(cl, err)
	case len(text) > maxAnswer:
		return &failure{err: c.connectionError(cl, fmt.Sprintf("its answer is longer than %d MiB", maxAnswer>>20), nil)}
	}
	if err := json.Unmarshal(text, out); err != nil {
		detail := "its answer is no JSON of the API"
		if kind := response.Header.Get("Content-Type"); !strings.Contains(kind, "json") {
			detail = fmt.Sprintf("it answers with %q, not with JSON: is this the address of the API?", cut(c.hide(kind)))
		}
		// A cut answer may come whole the next time; one of another kind will not.
		return &failure{err: c.connectionError(cl, detail, nil), retryable: strings.Contains(err.Error(), "unexpected end"), retryAfter: -1}
	}
	return nil
}

// problem reads an answer that is an error.
func (c *Client) problem(cl call, response *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxProblem))
	p := &api.Problem{}
	if json.Unmarshal(text, p) != nil || p.Detail == "" {
		p = otherProblem(text, response)
	}
	p.Status = response.StatusCode
	if p.Code == "" {
		p.Code = codeOf(response.StatusCode, p.Detail)
	}
	if p.Next == "" {
		p.Next = nextOf(p.Code)
	}
	p.Detail, p.Next = c.hide(p.Detail), c.hide(p.Next)
	after := retryAfter(response.Header)
	f := &failure{err: typed(p, max(after, 0), cl.jobID), retryAfter: after}
	switch response.StatusCode {
	case http.StatusTooManyRequests:
		f.retryable, f.refused = p.Code != api.CodeRateLimitExceeded, true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f.retryable = true
		f.err = c.connectionError(cl, p.Detail, p)
	}
	return f
}

// otherProblem words an error that is not written as the API's: a proxy's page, or FastAPI's {"detail": …}.
func otherProblem(text []byte, response *http.Response) *api.Problem {
	var other struct {
		Detail  json.RawMessage `json:"detail"`
		Message string          `json:"message"`
		Error   string          `json:"error"`
	}
	_ = json.Unmarshal(text, &other)
	detail := other.Message
	if detail == "" {
		detail = other.Error
	}
	if detail == "" && len(other.Detail) > 0 {
		detail = cut(string(other.Detail))
	}
	if detail == "" {
		detail = fmt.Sprintf("the server answers with HTTP status %d (%s)", response.StatusCode, http.StatusText(response.StatusCode))
	}
	return &api.Problem{Detail: detail}
}

func cut(text string) string {
	const longest = 200
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// hide takes the key out of what a server answered: it may quote the request.
func (c *Client) hide(text string) string {
	if c.key == "" {
		return text
	}
	return strings.ReplaceAll(text, c.key, api.Secret(c.key).String())
}

// retryAfter is what the header asks for, negative where it asks for nothing. A date is compared with the server's own clock, as
// ours may be wrong.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return -1
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(at.Sub(now), 0)
}
