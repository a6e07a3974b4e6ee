package web

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/softquantus/qcos/internal/identity"
)

// thousands writes a whole number with commas.
func thousands(n any) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func ago(d time.Duration) string {
	unit := func(n float64, name string) string {
		whole := int(n)
		if whole != 1 {
			name += "s"
		}
		return fmt.Sprintf("%d %s ago", whole, name)
	}
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return unit(d.Minutes(), "minute")
	case d < 48*time.Hour:
		return unit(d.Hours(), "hour")
	}
	return unit(d.Hours()/24, "day")
}

func span(d time.Duration) string {
	if d < time.Hour {
		return fmt.Sprintf("%d min", int(d.Minutes())+1)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

func byteText(n int64) string {
	v, units := float64(n), []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	for v >= 1024 && i < len(units)-1 {
		v /= 1024
		i++
	}
	return strconv.FormatFloat(v, 'g', 3, 64) + " " + units[i]
}

func secondText(s float64) string {
	switch {
	case math.IsNaN(s) || s < 0:
		return "unknown"
	case s < 1e-3:
		return fmt.Sprintf("%.3g µs", s*1e6)
	case s < 1:
		return fmt.Sprintf("%.3g ms", s*1e3)
	case s < 120:
		return fmt.Sprintf("%.3g s", s)
	case s < 7200:
		return fmt.Sprintf("%.3g min", s/60)
	}
	return fmt.Sprintf("%.3g h", s/3600)
}

func percent(part, whole int) string {
	if whole == 0 {
		return "0 %"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64) + " %"
}

// waitText says how long to wait, to people and to programs.
func waitText(w http.ResponseWriter, e *identity.WaitError) string {
	seconds := int(e.For.Seconds()) + 1
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	return fmt.Sprintf("There were too many attempts. Wait %d seconds and try again.", seconds)
}
