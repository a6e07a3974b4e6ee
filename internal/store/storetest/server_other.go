//go:build !unix

package storetest

import "errors"

func startedServer() (server, why string) {
	return "", "servers are started on Unix systems only"
}

// StartServer starts nothing here.
func StartServer() (url string, err error) {
	return "", errors.New("servers are started on Unix systems only")
}
