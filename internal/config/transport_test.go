package config

import "testing"

func TestCheckTransport(t *testing.T) {
	for url, safe := range map[string]bool{
		"https://api.softquantus.com": true, "http://localhost:8080": true, "http://127.0.0.1": true, "http://127.9.9.9:1": true,
		"http://[::1]:8080": true, "http://api.softquantus.com": false, "http://10.0.0.1": false, "http://localhost.evil.example": false,
		"http://[::2]": false, "http://0.0.0.0": false, "http://127.0.0.1.evil.example": false,
	} {
		if err := CheckTransport(url, false); (err == nil) != safe {
			t.Errorf("%s: got %v", url, err)
		}
		if err := CheckTransport(url, true); err != nil {
			t.Errorf("%s, insisted upon: got %v", url, err)
		}
	}
}
