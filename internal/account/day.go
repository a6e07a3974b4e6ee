package account

import "time"

// Day is a day of UTC, counted from 1 January 1970. Quotas are counted by it.
type Day int64

const secondsADay = 24 * 60 * 60

// DayOf is the UTC day that holds t.
func DayOf(t time.Time) Day {
	s := t.Unix()
	d := s / secondsADay
	if s%secondsADay < 0 {
		d--
	}
	return Day(d)
}

// Start is the midnight with which the day begins.
func (d Day) Start() time.Time { return time.Unix(int64(d)*secondsADay, 0).UTC() }

// End is the midnight with which the day ends, when quotas begin anew.
func (d Day) End() time.Time { return (d + 1).Start() }

// String is the date, as in 2026-11-24.
func (d Day) String() string { return d.Start().Format(time.DateOnly) }
