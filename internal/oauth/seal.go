package oauth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/softquantus/qcos/internal/account"
)

// tokenHead begins every access token, as qcos- begins every API key.
const tokenHead = "qst_"

// sealer encrypts with a key derived from the server's secret: all replicas have it, and the database alone opens nothing.
type sealer struct{ aead cipher.AEAD }

func newSealer(secret account.Secret, use string) *sealer {
	block, err := aes.NewCipher(secret.Derive(use))
	if err != nil {
		panic("oauth: " + err.Error()) // the key has 32 bytes
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("oauth: " + err.Error())
	}
	return &sealer{aead}
}

func (s *sealer) seal(plain []byte) []byte { return s.aead.Seal(nil, nil, plain, nil) }

func (s *sealer) open(sealed []byte) ([]byte, error) { return s.aead.Open(nil, nil, sealed, nil) }

// Encrypt is op.Crypto's: it makes an access token, or a code.
func (s *sealer) Encrypt(plain string) (string, error) {
	return tokenHead + base64.RawURLEncoding.EncodeToString(s.seal([]byte(plain))), nil
}

// Decrypt is op.Crypto's.
func (s *sealer) Decrypt(text string) (string, error) {
	body, ok := strings.CutPrefix(text, tokenHead)
	if !ok {
		return "", errors.New("not a token of this server")
	}
	sealed, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return "", errors.New("not a token of this server")
	}
	plain, err := s.open(sealed)
	return string(plain), err
}

func randomID() string {
	raw := make([]byte, 18)
	_, _ = rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

func randomToken() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	return "qsr_" + base64.RawURLEncoding.EncodeToString(raw)
}
