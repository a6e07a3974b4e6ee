package machine

import (
	"os"
	"path/filepath"
	"testing"
)

func TestParseMeminfo(t *testing.T) {
	m := parseMeminfo("MemTotal:       24689764 kB\nMemFree:  1 kB\nMemAvailable:   20000000 kB\nHugePages_Total:       0\n")
	if m.Total != 24689764<<10 || m.Available != 20000000<<10 {
		t.Errorf("got %+v", m)
	}
}

func TestControlGroupLimits(t *testing.T) {
	root := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("a/b/memory.max", "max\n")
	write("a/memory.max", "1000\n")
	write("a/memory.current", "300\n")
	m := limitBy(Memory{Total: 5000, Available: 4000, Limit: "machine"}, root, "/a/b", "memory.max", "memory.current")
	if want := (Memory{Total: 1000, Available: 700, Limit: "control group"}); m != want {
		t.Errorf("a parent's limit: got %+v, want %+v", m, want)
	}
	write("a/b/memory.max", "9000\n")
	m = limitBy(Memory{Total: 5000, Available: 4000, Limit: "machine"}, root, "/a/b", "memory.max", "memory.current")
	if m.Total != 1000 {
		t.Errorf("a limit above a tighter one: got %+v", m)
	}
	m = limitBy(Memory{Total: 500, Available: 400, Limit: "machine"}, root, "/a/b", "memory.max", "memory.current")
	if want := (Memory{Total: 500, Available: 400, Limit: "machine"}); m != want {
		t.Errorf("limits above the machine: got %+v, want %+v", m, want)
	}
}

func TestCurrentMemoryIsPlausible(t *testing.T) {
	m := CurrentMemory()
	if m.Total < 1<<26 || m.Available <= 0 || m.Available > m.Total {
		t.Errorf("got %+v", m)
	}
}
