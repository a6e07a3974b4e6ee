// Package api is the wire format of the qcos REST API, version 1: what a request and an answer look like in JSON, which routes
// and headers there are, and which errors with which words. Server and clients share it, so that they cannot differ. It knows
// no network, no database and no circuit, and uses the standard library only.
//
// The values are plain data, safe to copy and to read from several goroutines.
package api

import "net/url"

// Headers of requests and answers beyond those of HTTP itself.
const (
	HeaderKey            = "X-API-Key"       // the API key; Authorization: Bearer means the same
	HeaderIdempotencyKey = "Idempotency-Key" // the same as ExecuteRequest.JobID
	HeaderRequestID      = "X-Request-Id"    // the server's name of one request, for its logs
)

// ContentTypeProblem is the Content-Type of a Problem.
const ContentTypeProblem = "application/problem+json"

// The routes. Each is served both bare and under Prefix.
const (
	Prefix = "/api/v1"

	PathRoot    = "/"
	PathHealth  = "/health"
	PathReady   = "/ready"
	PathExecute = "/execute" // POST ExecuteRequest, answers ExecuteResponse
	PathUser    = "/user/me" // GET, answers UserInfo
	PathJobs    = "/jobs"    // GET, answers JobList
	PathKeys    = "/keys"    // GET, answers KeyList; POST CreateKeyRequest, answers NewKey
)

// StatusPath is the route of a job's state as it is now: GET answers Job.
func StatusPath(jobID string) string { return "/status/" + url.PathEscape(jobID) }

// ResultsPath is the route of a job's result: GET answers Job, with HTTP status 202 while the job is not finished. With
// ParamWait the answer is held back until the job is finished or the time has passed.
func ResultsPath(jobID string) string { return "/results/" + url.PathEscape(jobID) }

// JobPath is the route on which DELETE cancels a job, or with ParamPurge deletes its circuit and result. It answers Job.
func JobPath(jobID string) string { return PathJobs + "/" + url.PathEscape(jobID) }

// KeyPath is the route on which DELETE revokes a key.
func KeyPath(keyID string) string { return PathKeys + "/" + url.PathEscape(keyID) }

// RotateKeyPath is the route on which POST replaces a key; it answers RotatedKey.
func RotateKeyPath(keyID string) string { return KeyPath(keyID) + "/rotate" }

// Query parameters.
const (
	ParamWait   = "wait"   // ResultsPath: true, false or seconds, at most MaxWaitSeconds
	ParamPurge  = "purge"  // JobPath: true
	ParamStatus = "status" // PathJobs: jobs in this state only
	ParamName   = "name"   // PathJobs: jobs of this name only
	ParamTag    = "tag"    // PathJobs: jobs that have this tag only
	ParamCursor = "cursor" // PathJobs: JobList.NextCursor of the page before
	ParamLimit  = "limit"  // PathJobs: at most so many jobs on the page
)

// MaxWaitSeconds is the longest that a server holds a request for a result back.
const MaxWaitSeconds = 60

// Health is the answer of PathRoot, which needs no key.
type Health struct {
	Status         string `json:"status"` // "healthy"
	Version        string `json:"version"`
	QueueConnected bool   `json:"queue_connected"`
}

// Ready is the answer of PathHealth and PathReady, which need no key.
type Ready struct {
	Status string `json:"status"` // "ok"
}
