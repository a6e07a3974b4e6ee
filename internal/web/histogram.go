package web

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

const (
	rowHeight = 38 // of a label and its bar
	textBase  = 13
	barTop    = 19
	barHeight = 9
)

// histogram draws rows of outcomes as SVG that fits any width: on each a label, the count and a bar. It is an image to a screen reader,
// which is told the most frequent outcomes in words; all rows stand in the table beside it.
func histogram(rows []outcome, shots, hidden int) template.HTML {
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="histogram" width="100%%" height="%d" role="img" aria-labelledby="hist-title hist-text">`, rowHeight*len(rows))
	fmt.Fprintf(&b, `<title id="hist-title">Histogram of outcomes</title><desc id="hist-text">%s</desc>`, html.EscapeString(inWords(rows, shots, hidden)))
	for i, o := range rows {
		y := i * rowHeight
		fmt.Fprintf(&b, `<g aria-hidden="true"><text x="0" y="%d">%s</text><text class="share" x="100%%" y="%d" text-anchor="end">%s · %s</text>`,
			y+textBase, html.EscapeString(cutLabel(o.Label)), y+textBase, thousands(o.Count), o.Share)
		fmt.Fprintf(&b, `<rect class="track" x="0" y="%d" width="100%%" height="%d" rx="3"/><rect class="bar-fill" x="0" y="%d" width="%.2f%%" height="%d" rx="3"/></g>`,
			y+barTop, barHeight, y+barTop, max(0.4, 100*o.part), barHeight)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // every value is a number or escaped above
}

// cutLabel shortens what is wider than a phone: its ends tell outcomes apart best.
func cutLabel(key string) string {
	const most, end = 24, 10
	if len(key) <= most {
		return key
	}
	return key[:end] + "…" + key[len(key)-end:]
}

func inWords(rows []outcome, shots, hidden int) string {
	const told = 5
	var parts []string
	for _, o := range rows[:min(told, len(rows))] {
		parts = append(parts, fmt.Sprintf("%s %s times (%s)", o.Label, thousands(o.Count), o.Share))
	}
	text := fmt.Sprintf("%s shots. ", thousands(shots)) + strings.Join(parts, ", ")
	if more := len(rows) + hidden - min(told, len(rows)); more > 0 {
		text += fmt.Sprintf(", and %s more outcomes", thousands(more))
	}
	return text + ". The table of counts has them in full."
}
