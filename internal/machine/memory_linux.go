package machine

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func system() Memory {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return Memory{}
	}
	return parseMeminfo(string(text))
}

func parseMeminfo(text string) Memory {
	var m Memory
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kib, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			continue
		}
		switch f[0] {
		case "MemTotal:":
			m.Total = kib << 10
		case "MemAvailable:":
			m.Available = kib << 10
		}
	}
	return m
}

// withControlGroup lowers m to the tightest limit among the process's control group and its parents (cgroup v2, and the memory
// controller of v1).
func withControlGroup(m Memory) Memory {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return m
	}
	for line := range strings.Lines(string(text)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 {
			continue
		}
		switch {
		case f[0] == "0":
			m = limitBy(m, "/sys/fs/cgroup", f[2], "memory.max", "memory.current")
		case strings.Contains(","+f[1]+",", ",memory,"):
			m = limitBy(m, "/sys/fs/cgroup/memory", f[2], "memory.limit_in_bytes", "memory.usage_in_bytes")
		}
	}
	return m
}

func limitBy(m Memory, root, group, limitFile, usedFile string) Memory {
	for dir := filepath.Join(root, group); strings.HasPrefix(dir, root); dir = filepath.Dir(dir) {
		limit, ok := readInt(filepath.Join(dir, limitFile))
		if ok && limit > 0 && limit < m.Total {
			m.Total, m.Limit = limit, "control group"
			if used, ok := readInt(filepath.Join(dir, usedFile)); ok {
				m.Available = min(m.Available, max(limit-used, 0))
			}
		}
	}
	return m
}

// readInt reads a file of one number; "max" is none.
func readInt(path string) (int64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	v, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return v, err == nil
}
