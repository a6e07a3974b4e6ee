package config

import "testing"

func TestCurrentProcess(t *testing.T) {
	for _, c := range []struct {
		noColor, term, debug string
		want                 Process
	}{
		{"", "xterm", "", Process{}},
		{"1", "dumb", "1", Process{NoColor: true, Dumb: true, Debug: true}},
		{"0", "", "0", Process{NoColor: true}},
		{"", "", "false", Process{}},
	} {
		t.Setenv("NO_COLOR", c.noColor)
		t.Setenv("TERM", c.term)
		t.Setenv("QCOS_DEBUG", c.debug)
		if got := CurrentProcess(); got != c.want {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}
