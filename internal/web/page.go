package web

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/softquantus/qcos/internal/account"
)

//go:embed pages assets
var files embed.FS

// view is what a page is made of.
type view struct {
	Title   string
	User    account.User
	Nav     []navItem
	Flash   string            // something went well
	Problem string            // something did not
	Wrong   map[string]string // what is wrong with fields of a form, by their names
	Data    any
	Version string
}

type navItem struct {
	Path, Name string
	Current    bool
}

var navigation = []navItem{
	{Path: "/app/", Name: "Overview"}, {Path: "/app/jobs", Name: "Jobs"}, {Path: "/app/try", Name: "Try"},
	{Path: "/app/keys", Name: "Keys"}, {Path: "/app/account", Name: "Account"},
}

// alonePages have no navigation: they are visited before a login, or to decide one thing.
var alonePages = map[string]bool{
	"login": true, "signup": true, "password": true, "forgot": true, "verify": true, "consent": true, "device": true, "failure": true,
}

// pages are the templates, and the assets under names that change with what is in them.
type pages struct {
	templates map[string]*template.Template
	assets    map[string][]byte // by name in the address
	names     map[string]string // name of the file → name in the address
}

func parsePages(now account.Clock) (*pages, error) {
	p := &pages{templates: map[string]*template.Template{}, assets: map[string][]byte{}, names: map[string]string{}}
	all, err := fs.ReadDir(files, "assets")
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		data, err := files.ReadFile("assets/" + f.Name())
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(f.Name())
		name := strings.TrimSuffix(f.Name(), ext) + "-" + hex.EncodeToString(sum[:6]) + ext
		p.assets[name], p.names[f.Name()] = data, name
	}
	base, err := template.New("base").Funcs(p.functions(now)).ParseFS(files, "pages/base.html")
	if err != nil {
		return nil, err
	}
	found, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		name := strings.TrimSuffix(path.Base(f), ".html")
		if name == "base" {
			continue
		}
		t, err := template.Must(base.Clone()).ParseFS(files, f)
		if err != nil {
			return nil, err
		}
		p.templates[name] = t
	}
	return p, nil
}

func (p *pages) functions(now account.Clock) template.FuncMap {
	return template.FuncMap{
		"asset": func(name string) (string, error) {
			if p.names[name] == "" {
				return "", fmt.Errorf("no asset %s", name)
			}
			return "/app/assets/" + p.names[name], nil
		},
		"iso":       func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"date":      func(t time.Time) string { return t.UTC().Format("2 January 2006") },
		"stamp":     func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"ago":       func(t time.Time) string { return ago(now().Sub(t)) },
		"thousands": thousands,
		"bytes":     byteText,
		"seconds":   secondText,
	}
}

// asset gives a file under its name, which says what is in it: it may be kept for ever.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, ok := s.pages.assets[name]
	if !ok {
		s.failed(w, r, account.ErrNotFound)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(data)
}

// page renders a page of somebody who is logged in.
func (s *Server) page(w http.ResponseWriter, r *http.Request, v visitor, name string, p view) error {
	p.User = v.User
	p.Flash = s.sessions.PopString(r.Context(), flashField)
	for _, item := range navigation {
		item.Current = r.URL.Path == item.Path || item.Path != "/app/" && strings.HasPrefix(r.URL.Path, item.Path+"/")
		p.Nav = append(p.Nav, item)
	}
	status := http.StatusOK
	if p.Problem != "" || len(p.Wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.render(w, r, status, name, p)
}

// render writes a page. Nothing is sent of one that cannot be rendered.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, name string, p view) error {
	t := s.pages.templates[name]
	p.Version = s.o.Version
	if p.Wrong == nil {
		p.Wrong = map[string]string{}
	}
	frame := "frame"
	if alonePages[name] {
		frame = "alone"
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, frame, p); err != nil {
		s.log.Error("a page could not be rendered", "page", name, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return nil
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes())
	}
	return nil
}

func randomText() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}
