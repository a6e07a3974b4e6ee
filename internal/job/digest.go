package job

import (
	"crypto/sha256"
	"encoding/json"
)

// digest is the SHA-256 of a request in a canonical form. It tells a retry from another request under the same id, as long as jobs are kept:
// members may be added to the form, where their zero values are left out.
func (r Request) digest() []byte {
	text, err := json.Marshal(struct {
		QASM     string   `json:"qasm"`
		Shots    int      `json:"shots"`
		Seed     *uint64  `json:"seed,omitempty"`
		Method   string   `json:"method,omitempty"`
		Memory   bool     `json:"memory,omitempty"`
		Priority int      `json:"priority,omitempty"`
		Name     string   `json:"name,omitempty"`
		Tags     []string `json:"tags,omitempty"`
	}(r))
	if err != nil {
		panic("job: " + err.Error()) // strings and numbers always marshal
	}
	sum := sha256.Sum256(text)
	return sum[:]
}
