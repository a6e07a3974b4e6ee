// Package internal_test holds the house's own rules: which package may import which. docs/architecture.md says why.
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/softquantus/qcos/"

// allowed lists, for each package of the house, the packages of the house that it may import outside its tests. A pattern that ends
// in "/..." stands for a folder and all below. Whoever adds a package adds a row, and with it says where the package stands.
var allowed = map[string][]string{
	"cmd/qcos": {"internal/cli"},

	"pkg/api":  {},
	"pkg/qcos": {"pkg/api"},

	"internal/apitest": {"pkg/api"}, // for tests only

	"internal/bitvec":           {},
	"internal/value":            {},
	"internal/diag":             {},
	"internal/machine":          {},
	"internal/gate":             {},
	"internal/expect":           {},
	"internal/circuit":          {"internal/bitvec", "internal/diag", "internal/gate"},
	"internal/spelling":         {},
	"internal/program/...":      {"internal/program/...", "internal/value", "internal/diag", "internal/gate", "internal/circuit"},
	"internal/config/...":       {"internal/config/...", "internal/spelling"},
	"internal/qasm/reference":   {"internal/qasm/ast", "internal/qasm/parse", "internal/qasm/report", "internal/qasm/token", "internal/diag"}, // for tests only
	"internal/qasm/...":         {"internal/qasm/...", "internal/bitvec", "internal/value", "internal/program/...", "internal/diag", "internal/gate", "internal/circuit", "internal/spelling"},
	"internal/draw":             {"internal/gate", "internal/circuit"},
	"internal/pass":             {"internal/bitvec", "internal/gate", "internal/circuit"},
	"internal/sim":              {"internal/program", "internal/bitvec", "internal/circuit", "internal/diag"},
	"internal/sim/rng":          {},
	"internal/sim/reference":    {"internal/bitvec", "internal/gate", "internal/circuit"},
	"internal/sim/branch":       {"internal/program/...", "internal/bitvec", "internal/diag", "internal/gate", "internal/circuit", "internal/sim", "internal/sim/rng"},
	"internal/sim/basis":        {"internal/bitvec", "internal/gate", "internal/circuit", "internal/sim", "internal/sim/branch", "internal/sim/rng"},
	"internal/sim/stabilizer":   {"internal/bitvec", "internal/gate", "internal/circuit", "internal/sim", "internal/sim/branch", "internal/sim/rng"},
	"internal/sim/statevec/...": {"internal/sim/statevec/...", "internal/bitvec", "internal/gate", "internal/circuit", "internal/sim", "internal/sim/branch", "internal/sim/rng"},
	"internal/plan":             {"internal/circuit", "internal/sim"},
	"internal/run":              {"internal/program/...", "internal/value", "internal/bitvec", "internal/diag", "internal/gate", "internal/circuit", "internal/machine", "internal/pass", "internal/plan", "internal/sim", "internal/sim/..."},
	"internal/account":          {},
	"internal/job":              {"internal/account", "internal/machine", "internal/qasm", "internal/diag", "internal/circuit", "internal/plan", "internal/sim", "internal/run", "pkg/api"},
	"internal/identity":         {"internal/account"},
	"internal/oauth":            {"internal/account", "internal/identity"},
	"internal/web":              {"internal/account", "internal/identity", "internal/oauth", "internal/job", "internal/run", "pkg/api"},
	"internal/web/webtest":      {},
	"internal/store/...":        {"internal/store/...", "internal/account", "internal/identity", "internal/job", "pkg/api"},
	"internal/server/...":       {"internal/server/...", "internal/account", "internal/job", "internal/run", "internal/plan", "internal/qasm", "internal/diag", "pkg/api"},
	"internal/servetest":        {},
	"internal/mail":             {},
	"internal/daemon":           {"internal/account", "internal/identity", "internal/job", "internal/machine", "internal/oauth", "internal/run", "internal/server", "internal/store", "internal/web"},
	"internal/cli/...":          {"internal/...", "pkg/..."},
}

// forbidden are single arrows that a pattern above would let through.
var forbidden = [][2]string{
	{"internal/cli", "internal/sim/"}, // engines are run's business
	{"internal/run", "internal/sim/reference"},
	{"internal/", "internal/qasm/reference"}, // it is what the others are tested against
}

// external are packages from outside that only one place may use, because they reach the terminal, the environment or the network.
var external = map[string]string{
	"github.com/spf13/cobra":        "internal/cli",
	"github.com/spf13/viper":        "internal/config",
	"github.com/joho/godotenv":      "internal/config",
	"github.com/vbauerster/mpb/v8":  "internal/cli",
	"github.com/zalando/go-keyring": "internal/cli",
}

// standardOnly are packages that other people build upon: they bring nothing with them but the standard library.
var standardOnly = []string{"pkg/..."}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func house(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list found %d packages only", len(all))
	}
	return all
}

func matches(pattern, pkg string) bool {
	if folder, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == folder || strings.HasPrefix(pkg, folder+"/")
	}
	return pattern == pkg
}

// rule returns the imports that pkg may have: what its own row says, else that of a folder.
func rule(pkg string) ([]string, bool) {
	if imports, ok := allowed[pkg]; ok {
		return imports, true
	}
	for pattern, imports := range allowed {
		if matches(pattern, pkg) {
			return imports, true
		}
	}
	return nil, false
}

func TestImportsPointDown(t *testing.T) {
	for _, p := range house(t) {
		if p.ImportPath == "internal" {
			continue
		}
		may, ok := rule(p.ImportPath)
		if !ok {
			t.Errorf("%s has no row in the table of allowed imports: say where it stands", p.ImportPath)
		}
		for _, path := range p.Imports {
			inside, ok := strings.CutPrefix(path, module)
			if !ok {
				checkExternal(t, p.ImportPath, path)
				continue
			}
			if !slices.ContainsFunc(may, func(pattern string) bool { return matches(pattern, inside) }) || isForbidden(p.ImportPath, inside) {
				t.Errorf("%s imports %s", p.ImportPath, inside)
			}
		}
	}
}

func isForbidden(from, to string) bool {
	for _, f := range forbidden {
		if strings.HasPrefix(from, f[0]) && strings.HasPrefix(to, f[1]) {
			return true
		}
	}
	return false
}

func checkExternal(t *testing.T, from, path string) {
	t.Helper()
	for library, home := range external {
		if (path == library || strings.HasPrefix(path, library+"/")) && from != home && !strings.HasPrefix(from, home+"/") {
			t.Errorf("%s imports %s, which belongs to %s", from, path, home)
		}
	}
	if host, _, _ := strings.Cut(path, "/"); strings.Contains(host, ".") && slices.ContainsFunc(standardOnly, func(p string) bool { return matches(p, from) }) {
		t.Errorf("%s imports %s: the standard library is all that it may use", from, path)
	}
	if path == "C" {
		t.Errorf("%s uses cgo", from)
	}
}
