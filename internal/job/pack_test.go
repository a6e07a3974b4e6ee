package job

import (
	"bytes"
	"strings"
	"testing"
)

func TestPackGivesBackWhatItTook(t *testing.T) {
	for _, text := range []string{"", "a", strings.Repeat("x", shortestPacked-1), strings.Repeat("h q[0];\n", 100_000)} {
		packed := Pack([]byte(text))
		got, err := Unpack(packed)
		if err != nil || string(got) != text {
			t.Fatalf("%d bytes came back as %d: %v", len(text), len(got), err)
		}
		if len(text) > 10*shortestPacked && len(packed)*10 > len(text) {
			t.Errorf("%d bytes of a repeated line are kept in %d", len(text), len(packed))
		}
	}
}

func TestUnpackRefusesWhatIsDamaged(t *testing.T) {
	whole := Pack(bytes.Repeat([]byte("x q[0];\n"), 1000))
	for name, packed := range map[string][]byte{"empty": nil, "unknown": {9, 1}, "cut": whole[:len(whole)-3], "head": whole[:5]} {
		if _, err := Unpack(packed); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
