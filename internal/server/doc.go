// Package server is the HTTP side of a qcos server: routes, who asks, how errors are worded, what is logged and counted. It is
// thin: accounts are package account's, jobs package job's. It knows no SQL, no terminal and no environment.
//
// A request goes through: request id and log (log.go), the client's address (address.go), one path for the two forms of every
// route (route.go), the body's size and encoding (body.go), then huma, which knows the routes and checks what is sent
// (api.go), and there the key (auth.go) and the throttle (throttle.go). Every error leaves as a problem (problem.go).
package server
