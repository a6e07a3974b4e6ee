package api

import (
	"encoding/json"
	"fmt"
	"time"
)

// timeLayout is ISO 8601 with as many digits always, which every parser of dates reads and which sorts as text.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is a moment. In JSON and in text it is ISO 8601 in UTC, to the millisecond, and ends in Z.
type Time struct{ time.Time }

// NewTime returns t in UTC, cut to whole milliseconds: what is left of it on the wire.
func NewTime(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// String is the text of the wire.
func (t Time) String() string { return t.UTC().Format(timeLayout) }

// MarshalText gives the text of the wire.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalJSON gives the text of the wire as a string.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalText reads ISO 8601 with any time zone; one without is taken as UTC, as older servers write it.
func (t *Time) UnmarshalText(text []byte) error {
	parsed, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		parsed, err = time.Parse("2006-01-02T15:04:05.999999999", string(text))
	}
	if err != nil {
		return fmt.Errorf("%q is no time: ISO 8601 such as %s is expected", text, timeLayout)
	}
	*t = Time{parsed.UTC()}
	return nil
}

// UnmarshalJSON reads a string as UnmarshalText does; null changes nothing.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil || text == nil {
		return err
	}
	return t.UnmarshalText([]byte(*text))
}
