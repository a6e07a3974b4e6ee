package store_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// reportCPU adds the processor time that a job took to a benchmark: ours, and that of the processes of the PostgreSQL server, if any.
func reportCPU(b *testing.B, server string) (stop func()) {
	own, others := ownCPU(), serverCPU(server)
	return func() {
		b.ReportMetric(float64((ownCPU()-own).Microseconds())/float64(b.N), "own-cpu-us/job")
		if server != "" {
			b.ReportMetric(float64((serverCPU(server)-others).Microseconds())/float64(b.N), "postgres-cpu-us/job")
		}
	}
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serverCPU sums the time of the postmaster and its living and ended children.
func serverCPU(server string) time.Duration {
	u, err := url.Parse(server)
	if err != nil || server == "" {
		return 0
	}
	text, err := os.ReadFile(filepath.Join(u.Query().Get("host"), "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	master, _, _ := strings.Cut(string(text), "\n")
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	ticks := 0
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		f := strings.Fields(rest) // from the third field on
		if len(f) < 15 {
			continue
		}
		own := filepath.Base(filepath.Dir(path)) == master
		if !own && f[1] != master {
			continue
		}
		for i, field := range f[11:15] { // utime, stime, cutime, cstime
			if n, err := strconv.Atoi(field); err == nil && (own || i < 2) {
				ticks += n
			}
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
