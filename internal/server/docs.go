package server

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const (
	pathDocument = "/openapi.json"
	pathDocs     = "/docs"
)

//go:embed docs.html
var docsText string

//go:embed docs.css
var docsStyle string

// registerDocs serves the OpenAPI document and a page made from it. Both are made once: nothing of them changes while the server
// runs. The page has no script and loads nothing.
func (s *Server) registerDocs(m *http.ServeMux) {
	document, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		panic("server: the OpenAPI document: " + err.Error()) // every test would see it
	}
	var page bytes.Buffer
	if err := template.Must(template.New("docs").Parse(docsText)).Execute(&page, s.docsPage()); err != nil {
		panic("server: the documentation page: " + err.Error())
	}
	hash := sha256.Sum256([]byte(docsStyle))
	policy := fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		base64.StdEncoding.EncodeToString(hash[:]))
	m.HandleFunc("GET "+pathDocument, s.anonymous(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document)
	})))
	m.HandleFunc("GET "+pathDocs, s.anonymous(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		_, _ = w.Write(page.Bytes())
	})))
}

// docsPage is what the template shows.
type docsPage struct {
	Title, Version, Description string
	Style                       template.CSS
	Operations                  []docsOperation
	Schemas                     []docsSchema
}

type docsOperation struct {
	ID, Method, Path, Summary string
	Key                       bool
	Parameters                []docsMember
	Body                      string // name of its schema
	Answers                   []docsAnswer
}

type docsAnswer struct{ Status, Description, Schema string }

type docsSchema struct {
	Name    string
	Members []docsMember
}

type docsMember struct {
	Name, Where, Kind, Description string
	Required                       bool
}

func (s *Server) docsPage() docsPage {
	doc := s.api.OpenAPI()
	p := docsPage{Title: doc.Info.Title, Version: doc.Info.Version, Description: doc.Info.Description, Style: template.CSS(docsStyle)}
	for path, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				p.Operations = append(p.Operations, newDocsOperation(path, op))
			}
		}
	}
	slices.SortFunc(p.Operations, func(a, b docsOperation) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	for name, schema := range doc.Components.Schemas.Map() {
		p.Schemas = append(p.Schemas, docsSchema{name, docsMembers(schema)})
	}
	slices.SortFunc(p.Schemas, func(a, b docsSchema) int { return strings.Compare(a.Name, b.Name) })
	return p
}

func newDocsOperation(path string, op *huma.Operation) docsOperation {
	o := docsOperation{ID: op.OperationID, Method: op.Method, Path: path, Summary: op.Summary, Key: len(op.Security) > 0}
	for _, p := range op.Parameters {
		o.Parameters = append(o.Parameters, docsMember{p.Name, p.In, kindOf(p.Schema), p.Description, p.Required})
	}
	if op.RequestBody != nil {
		o.Body = schemaOf(op.RequestBody.Content)
	}
	for status, r := range op.Responses {
		o.Answers = append(o.Answers, docsAnswer{status, r.Description, schemaOf(r.Content)})
	}
	slices.SortFunc(o.Answers, func(a, b docsAnswer) int { return strings.Compare(a.Status, b.Status) })
	return o
}

func schemaOf(content map[string]*huma.MediaType) string {
	for _, c := range content {
		if c.Schema != nil && c.Schema.Ref != "" {
			return refName(c.Schema.Ref)
		}
	}
	return ""
}

func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func docsMembers(s *huma.Schema) []docsMember {
	var all []docsMember
	for name, p := range s.Properties {
		all = append(all, docsMember{Name: name, Kind: kindOf(p), Description: p.Description, Required: slices.Contains(s.Required, name)})
	}
	slices.SortFunc(all, func(a, b docsMember) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func kindOf(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	kind := s.Type
	switch {
	case s.Ref != "":
		return refName(s.Ref)
	case len(s.AnyOf) > 0:
		var each []string
		for _, one := range s.AnyOf {
			each = append(each, kindOf(one))
		}
		return strings.Join(each, " or ")
	case kind == huma.TypeArray:
		kind = "list of " + kindOf(s.Items)
	case s.Format == "date-time":
		kind = "time"
	}
	if s.Nullable {
		kind += " or null"
	}
	return kind
}
