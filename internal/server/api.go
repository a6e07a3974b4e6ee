package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/run"
	"github.com/softquantus/qcos/pkg/api"
)

// register makes all routes.
func (s *Server) register(m *http.ServeMux) {
	s.api = humago.New(mux{m}, s.humaConfig())
	s.registerHealth()
	s.registerExecute()
	s.registerJobs()
	s.registerEvents()
	s.registerUser()
	s.registerKeys()
	s.registerEstimate()
	s.registerPublished()
	s.mendSchemas()
	s.registerDocs(m)
	m.HandleFunc("GET "+pathMetrics, s.serveMetrics)
}

const (
	securityKey    = "apiKey"
	securityBearer = "bearer"
)

func (s *Server) humaConfig() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[problem](), reflect.TypeFor[api.Problem]())
	registry.RegisterTypeAlias(reflect.TypeFor[api.Time](), reflect.TypeFor[timeSchema]())
	registry.RegisterTypeAlias(reflect.TypeFor[api.Limit](), reflect.TypeFor[limitSchema]())
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "qcos", Version: s.o.Version,
				Description: "Runs quantum circuits. Every path is served both bare and under " + api.Prefix + ". Errors are problems (RFC 9457): `detail` is for people, `code` for programs.",
			},
			Servers: []*huma.Server{{URL: "/", Description: "bare"}, {URL: api.Prefix, Description: "with the version"}},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					securityKey:    {Type: "apiKey", In: "header", Name: api.HeaderKey, Description: "An API key."},
					securityBearer: {Type: "http", Scheme: "bearer", Description: "An API key. Both headers at once must hold the same key."},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat: "application/json",
	}
	c.AllowAdditionalPropertiesByDefault = true // clients newer than the server may send more, and servers newer than the client
	return c
}

var jsonFormat = huma.Format{Marshal: writeJSON, Unmarshal: readJSON}

// jsonWriter is an answer that writes itself, because it is large.
type jsonWriter interface{ writeJSON(w io.Writer) error }

func writeJSON(w io.Writer, v any) error {
	if self, ok := v.(jsonWriter); ok {
		return self.writeJSON(w)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// operation is a route that needs a key with a scope. The statuses are those of failures that it has beside what all have.
func (s *Server) operation(id, method, path, summary string, scope account.Scope, failures ...int) huma.Operation {
	all := append([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusUnprocessableEntity,
		http.StatusInternalServerError, http.StatusServiceUnavailable}, failures...)
	if method == http.MethodPost {
		all = append(all, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	slices.Sort(all)
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Errors: slices.Compact(all),
		Security:     []map[string][]string{{securityKey: {}}, {securityBearer: {}}},
		Metadata:     map[string]any{scopeOf: scope},
		Middlewares:  huma.Middlewares{s.authenticate},
		MaxBodyBytes: maxBody + 2, BodyReadTimeout: bodyPatience, // takeBody is the limit
	}
}

// timeSchema and limitSchema describe types of package api, which knows no schemas.
type timeSchema struct{}

func (timeSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}

type limitSchema struct{}

func (limitSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Nullable: true, Description: "null: unlimited"}
}

// mendSchemas says what types of Go do not: which members may be null, and which words there are.
func (s *Server) mendSchemas() {
	schemas := s.api.OpenAPI().Components.Schemas.Map()
	nullable := func(schema, member string) {
		p := schemas[schema].Properties[member]
		if p.Ref == "" {
			p.Nullable = true
			return
		}
		schemas[schema].Properties[member] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}, Description: p.Description}
	}
	for _, name := range []string{"Job", "PublishedJob"} {
		for _, member := range []string{"result", "started_at", "completed_at"} {
			nullable(name, member)
		}
		schemas[name].Properties["status"].Enum = statuses(name == "PublishedJob")
	}
	nullable("Estimate", "refusal")
	nullable("PublishedResult", "result")
	for _, name := range []string{"ExecuteBody", "SimulateBody"} {
		mend := schemas[name].Properties["method"]
		mend.Description += ": " + fmt.Sprint(run.Methods())
	}
}

func statuses(published bool) []any {
	busy := api.StatusProcessing
	if published {
		busy = api.StatusRunning
	}
	return []any{string(api.StatusQueued), string(busy), string(api.StatusCompleted), string(api.StatusFailed), string(api.StatusCancelled)}
}
