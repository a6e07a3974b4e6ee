package api

import (
	"encoding/json"
	"strconv"
)

// Tier is what an account may do. Servers may have tiers that are not named here.
type Tier string

// The tiers.
const (
	TierFree       Tier = "free"
	TierPro        Tier = "pro"
	TierEnterprise Tier = "enterprise"
)

// Priority is the place in the queue that a tier gives.
type Priority string

// The priorities.
const (
	PriorityLow    Priority = "low"
	PriorityNormal Priority = "normal"
	PriorityHigh   Priority = "high"
)

// Limit is a number that something may not pass, or Unlimited. In JSON Unlimited is null.
type Limit int64

// Unlimited is no limit.
const Unlimited Limit = -1

// String is the number in digits, or "unlimited".
func (l Limit) String() string {
	if l < 0 {
		return "unlimited"
	}
	return strconv.FormatInt(int64(l), 10)
}

// MarshalJSON gives a number, or null.
func (l Limit) MarshalJSON() ([]byte, error) {
	if l < 0 {
		return []byte("null"), nil
	}
	return json.Marshal(int64(l))
}

// UnmarshalJSON reads a number, or null.
func (l *Limit) UnmarshalJSON(data []byte) error {
	n := (*int64)(l)
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	if n == nil || *l < 0 {
		*l = Unlimited
	}
	return nil
}

// UserInfo is the account that a key belongs to, and what it may do.
type UserInfo struct {
	User       string   `json:"user"` // e-mail address
	Tier       Tier     `json:"tier"`
	JobsToday  int      `json:"jobs_today"`  // accepted since the last midnight, UTC
	DailyLimit Limit    `json:"daily_limit"` // jobs a day; null is Unlimited
	MaxQubits  int      `json:"max_qubits"`  // of a circuit
	MaxShots   int      `json:"max_shots"`   // of a job
	Priority   Priority `json:"priority"`
	ResetsAt   Time     `json:"resets_at"` // the next midnight, UTC
}
