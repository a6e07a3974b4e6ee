// Package webtest drives a real headless Chromium through pages in tests, by keyboard alone, and collects what went wrong on the way:
// errors in the console, and requests to other hosts.
package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	startPatience = 90 * time.Second // of a machine that has much else to do
	stepPatience  = 60 * time.Second
)

// Tab is one page of a browser with no cookies yet.
type Tab struct {
	testing.TB
	ctx context.Context

	mu       sync.Mutex
	problems []string
	hosts    map[string]bool
}

// Start opens a browser until the test ends. Where there is none, the test is skipped and says so.
func Start(tb testing.TB) *Tab {
	tb.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		tb.Skip("NOT TESTED IN A BROWSER: there is no chromium (install Debian's package chromium)")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.UserDataDir(filepath.Join(tb.TempDir(), "profile")), chromedp.WindowSize(1280, 900), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which root cannot have
	}
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	t := &Tab{TB: tb, ctx: ctx, hosts: map[string]bool{}}
	tb.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
		cancelAlloc()
	})
	timer := time.AfterFunc(startPatience, cancel)
	err := chromedp.Listen(ctx, t.hear)
	timer.Stop()
	if err != nil {
		tb.Fatalf("the browser does not start: %v", err)
	}
	for _, on := range []func() error{
		func() error { return call(ctx, runtime.Enable, cdp.Empty{}) },
		func() error { return call(ctx, log.Enable, cdp.Empty{}) },
		func() error { return call(ctx, network.Enable, network.EnableParams{}) },
	} {
		if err := on(); err != nil {
			tb.Fatal(err)
		}
	}
	return t
}

func call[P, R any](ctx context.Context, c cdp.Command[P, R], p P) error {
	return chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, p)
		return err
	}))
}

func (t *Tab) hear(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			t.problems = append(t.problems, fmt.Sprintf("console %s: %v", e.Type, say(e.Args)))
		}
	case *runtime.EventExceptionThrown:
		t.problems = append(t.problems, "exception: "+say(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			t.problems = append(t.problems, fmt.Sprintf("log %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != "" {
			t.hosts[u.Host] = true
		}
	}
}

func say(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Problems gives what the console said since it was asked last, but for answers with one of the statuses, which browsers log as errors.
func (t *Tab) Problems(statuses ...int) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var left []string
	for _, p := range t.problems {
		expected := false
		for _, status := range statuses {
			expected = expected || strings.Contains(p, fmt.Sprintf("status of %d", status))
		}
		if !expected {
			left = append(left, p)
		}
	}
	t.problems = nil
	return left
}

// Hosts are all that were asked for anything.
func (t *Tab) Hosts() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []string
	for h := range t.hosts {
		all = append(all, h)
	}
	return all
}

func (t *Tab) do(steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, stepPatience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("at %s: %v", t.where(), err)
	}
}

func (t *Tab) where() string {
	ctx, cancel := context.WithTimeout(t.ctx, time.Second)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "an unknown page"
	}
	return at
}

// Go opens an address.
func (t *Tab) Go(address string) {
	t.Helper()
	t.do(chromedp.Navigate(address))
}

// Location is the address of the page.
func (t *Tab) Location() string {
	t.Helper()
	return t.where()
}

// Eval gives the value of an expression of JavaScript, which may be a promise.
func Eval[T any](t *Tab, expression string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, stepPatience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%.80s at %s: %v", expression, t.where(), err)
	}
	return v
}

// Text is all text of the page.
func (t *Tab) Text() string {
	t.Helper()
	return Eval[string](t, "document.body ? document.body.innerText : ''")
}

// Source is the page as it stands in the browser.
func (t *Tab) Source() string {
	t.Helper()
	return Eval[string](t, "document.documentElement.outerHTML")
}

// WaitFor waits until an expression of JavaScript is true.
func (t *Tab) WaitFor(expression string) {
	t.Helper()
	for end := time.Now().Add(stepPatience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.ctx, stepPatience)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		cancel()
		if err == nil && ok { // a page that is being left has no answer
			return
		}
	}
	t.Fatalf("at %s it does not come true that %s; the page says\n%s", t.where(), expression, t.Text())
}

// WaitText waits until the page says something.
func (t *Tab) WaitText(text string) {
	t.Helper()
	t.WaitFor("document.body && document.body.innerText.includes(" + say(text) + ")")
}

const mostTabs = 80

// Reach moves the focus to the element by the Tab key, as somebody without a mouse does.
func (t *Tab) Reach(selector string) {
	t.Helper()
	t.WaitFor("document.querySelector(" + say(selector) + ")")
	for range mostTabs {
		if Eval[bool](t, "document.activeElement.matches("+say(selector)+")") {
			return
		}
		t.Keys(kb.Tab)
	}
	t.Fatalf("no Tab key leads to %s at %s", selector, t.where())
}

// Keys types.
func (t *Tab) Keys(keys string) {
	t.Helper()
	t.do(chromedp.KeyEvent(keys))
}

// Fill reaches a field and types into it.
func (t *Tab) Fill(selector, text string) {
	t.Helper()
	t.Reach(selector)
	Eval[bool](t, "(document.activeElement.select && document.activeElement.tagName != 'SELECT' && document.activeElement.select(), true)")
	t.Keys(text)
}

// Press reaches a button or a link and presses Enter.
func (t *Tab) Press(selector string) {
	t.Helper()
	t.Reach(selector)
	t.Keys(kb.Enter)
}

// PressAway is Press on what leads to another page, and waits for it.
func (t *Tab) PressAway(selector string) {
	t.Helper()
	t.Reach(selector)
	Eval[bool](t, "(window.before = true)")
	t.Keys(kb.Enter)
	t.WaitFor("!window.before && document.readyState === 'complete'")
}

// History is the addresses in the history of the tab.
func (t *Tab) History() []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, stepPatience)
	defer cancel()
	h, err := chromedp.Run(ctx, chromedp.NavigationEntries())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range h.Entries {
		all = append(all, e.URL)
	}
	return all
}

// Look sets how wide the window is and whether it is dark.
func (t *Tab) Look(width int64, dark bool) {
	t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	t.do(chromedp.EmulateViewport(width, 900))
	p := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	if err := call(t.ctx, emulation.SetEmulatedMedia, p); err != nil {
		t.Fatal(err)
	}
}

// Screenshot takes a picture of the whole page.
func (t *Tab) Screenshot(file string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, stepPatience)
	defer cancel()
	data, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Inject runs a script in the page whatever its policy says, as a checker of accessibility needs.
func (t *Tab) Inject(script string) {
	t.Helper()
	if err := call(t.ctx, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	Eval[bool](t, script+"; true")
}
