package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/job"
	"github.com/softquantus/qcos/internal/store"
	"github.com/softquantus/qcos/internal/store/storetest"
	"github.com/softquantus/qcos/pkg/api"
)

func TestAdmittedJobComesBackWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		a := admission(owner, "whole")
		got := admit(t, db, a)
		want := a.Job
		want.Row, want.Status = got.Row, api.StatusQueued
		if !reflect.DeepEqual(got, want) {
			t.Errorf("admitted\n%+v, want\n%+v", got, want)
		}
		for _, find := range []func() (job.Job, error){
			func() (job.Job, error) { return db.Job(t.Context(), owner, "whole") },
			func() (job.Job, error) { return db.JobByRow(t.Context(), got.Row) },
		} {
			if found, err := find(); err != nil || !reflect.DeepEqual(found, want) {
				t.Errorf("found\n%+v, want\n%+v; %v", found, want, err)
			}
		}
		if c, err := db.Circuit(t.Context(), got.Row); err != nil || string(c) != string(a.Circuit) {
			t.Errorf("circuit %q, %v", c, err)
		}
		if r, err := db.Result(t.Context(), got.Row); err != nil || r != nil {
			t.Errorf("result %q, %v", r, err)
		}
		b := admission(owner, "bare")
		b.Job.Seed, b.Job.Tags, b.Job.Name, b.KeyFamily = nil, nil, "", ""
		bare := admit(t, db, b)
		if found, err := db.JobByRow(t.Context(), bare.Row); err != nil || found.Seed != nil || found.Tags != nil {
			t.Errorf("bare job: %+v, %v", found, err)
		}
		if bare.Row <= got.Row {
			t.Errorf("rows do not grow: %d after %d", bare.Row, got.Row)
		}
	})
}

// atOnce calls f from n goroutines at the same time.
func atOnce(n int, f func(i int)) {
	var begin, done sync.WaitGroup
	begin.Add(1)
	for i := range n {
		done.Go(func() { begin.Wait(); f(i) })
	}
	begin.Done()
	done.Wait()
}

// replicas opens a database as often as its kind can be shared.
func replicas(t *testing.T, d storetest.Database) []*store.DB {
	if d.Kind == "sqlite" {
		return []*store.DB{d.Open(t)}
	}
	return []*store.DB{d.Open(t), d.Open(t), d.Open(t)}
}

func TestLimitIsExactUnder200AtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		dbs := replicas(t, d)
		owner := newOwner(t, dbs[0], "a@example.com").Owner.ID
		var accepted, refused, other atomic.Int64
		submit := func(i int, day account.Day) {
			a := admission(owner, fmt.Sprint(day, "-", i))
			a.OwnerLimit, a.Job.Day = 10, day
			switch _, created, err := dbs[i%len(dbs)].Admit(t.Context(), a); {
			case err == nil && created:
				accepted.Add(1)
			case errors.Is(err, job.ErrDailyLimit):
				refused.Add(1)
			default:
				other.Add(1)
				t.Errorf("created %t, %v", created, err)
			}
		}
		today := account.DayOf(noon)
		atOnce(200, func(i int) { submit(i, today) })
		if accepted.Load() != 10 || refused.Load() != 190 {
			t.Errorf("accepted %d and refused %d, want 10 and 190", accepted.Load(), refused.Load())
		}
		atOnce(20, func(i int) { submit(i, today+1) }) // at midnight it works again
		if accepted.Load() != 20 {
			t.Errorf("accepted %d on the second day, want 10", accepted.Load()-10)
		}
		for _, day := range []account.Day{today, today + 1} {
			if n, err := dbs[0].JobsOn(t.Context(), owner, day); err != nil || n != 10 {
				t.Errorf("%v counts %d, %v", day, n, err)
			}
		}
	})
}

func TestOneOwnersLimitIsNotAnothers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		dbs := replicas(t, d)
		var owners []int64
		for i := range 5 {
			owners = append(owners, newOwner(t, dbs[0], fmt.Sprintf("o%d@example.com", i)).Owner.ID)
		}
		var accepted [5]atomic.Int64
		atOnce(150, func(i int) {
			a := admission(owners[i%5], fmt.Sprint(i))
			a.OwnerLimit = 7
			if _, created, err := dbs[i%len(dbs)].Admit(t.Context(), a); err == nil && created {
				accepted[i%5].Add(1)
			} else if !errors.Is(err, job.ErrDailyLimit) {
				t.Errorf("%v", err)
			}
		})
		for i := range accepted {
			if n := accepted[i].Load(); n != 7 {
				t.Errorf("owner %d: accepted %d, want 7", i, n)
			}
		}
	})
}

func TestEqualRequestsAtOnceChargeOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		dbs := replicas(t, d)
		owner := newOwner(t, dbs[0], "a@example.com").Owner.ID
		var created atomic.Int64
		var rows sync.Map
		atOnce(50, func(i int) {
			a := admission(owner, "same")
			a.OwnerLimit = 1
			j, isNew, err := dbs[i%len(dbs)].Admit(t.Context(), a)
			if err != nil {
				t.Error(err)
			}
			if isNew {
				created.Add(1)
			}
			rows.Store(j.Row, true)
		})
		distinct := 0
		rows.Range(func(row, _ any) bool { distinct++; return row != job.Row(0) })
		if created.Load() != 1 || distinct != 1 {
			t.Errorf("created %d jobs, and %d rows were told; want 1 and 1", created.Load(), distinct)
		}
		if n, err := dbs[0].JobsOn(t.Context(), owner, account.DayOf(noon)); err != nil || n != 1 {
			t.Errorf("counted %d, %v", n, err)
		}
	})
}

func TestAnotherRequestUnderAnIDIsAConflict(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		admit(t, db, admission(owner, "id"))
		other := admission(owner, "id")
		other.Job.Digest = []byte("another")
		if _, _, err := db.Admit(t.Context(), other); !errors.Is(err, job.ErrConflict) {
			t.Errorf("got %v, want a conflict", err)
		}
		var conflicts, created atomic.Int64
		atOnce(20, func(i int) { // also where both come at once
			a := admission(owner, "two")
			a.Job.Digest = []byte{byte(i % 2)}
			switch _, isNew, err := db.Admit(t.Context(), a); {
			case errors.Is(err, job.ErrConflict):
				conflicts.Add(1)
			case err != nil:
				t.Error(err)
			case isNew:
				created.Add(1)
			}
		})
		if created.Load() != 1 || conflicts.Load() != 10 {
			t.Errorf("created %d, conflicts %d; want 1 and 10", created.Load(), conflicts.Load())
		}
		if n, _ := db.JobsOn(t.Context(), owner, account.DayOf(noon)); n != 2 {
			t.Errorf("counted %d, want 2", n)
		}
	})
}

func TestKeysHaveALimitOfTheirOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		accepted := 0
		for i := range 10 {
			a := admission(owner, fmt.Sprint(i))
			a.KeyDailyLimit = 3
			if i >= 5 {
				a.KeyFamily = "key_b"
			}
			if _, created, err := db.Admit(t.Context(), a); err == nil && created {
				accepted++
			} else if !errors.Is(err, job.ErrDailyLimit) {
				t.Fatal(err)
			}
		}
		if accepted != 6 {
			t.Errorf("two keys with 3 jobs each accepted %d", accepted)
		}
		if n, _ := db.JobsOn(t.Context(), owner, account.DayOf(noon)); n != 6 {
			t.Errorf("counted %d for the owner, want 6", n)
		}
	})
}

func TestOwnersAreWalled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		a, b := newOwner(t, db, "a@example.com").Owner.ID, newOwner(t, db, "b@example.com").Owner.ID
		mine := admit(t, db, admission(a, "id"))
		if _, err := db.Job(t.Context(), b, "id"); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("another's job: %v", err)
		}
		if jobs, err := db.Jobs(t.Context(), b, job.Filter{Limit: 10, Tag: "ci"}); err != nil || len(jobs) != 0 {
			t.Errorf("another's list: %v, %v", jobs, err)
		}
		other := admission(b, "id")
		other.Job.Digest = []byte("another")
		if yours := admit(t, db, other); yours.Row == mine.Row {
			t.Error("two owners share a job")
		}
	})
}

func TestListing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		var want []job.Row
		for i := range 25 {
			a := admission(owner, fmt.Sprintf("j%02d", i))
			if i%5 == 0 {
				a.Job.Tags = []string{"fifth", "fifth"}
				a.Job.Name = "named"
			}
			want = append([]job.Row{admit(t, db, a).Row}, want...)
		}
		var got []job.Row
		for before := job.Row(0); ; {
			page, err := db.Jobs(t.Context(), owner, job.Filter{Before: before, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, j := range page {
				got = append(got, j.Row)
			}
			before = got[len(got)-1]
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("pages hold %v, want %v", got, want)
		}
		if _, err := db.Cancel(t.Context(), want[0], noon); err != nil {
			t.Fatal(err)
		}
		for filter, n := range map[job.Filter]int{
			{Tag: "fifth"}: 5, {Name: "named"}: 5, {Tag: "ci"}: 20, {Tag: "ci", Name: "named"}: 0, {Status: api.StatusCancelled}: 1,
			{Status: api.StatusQueued}: 24, {Tag: "x' OR 1=1 --"}: 0, {Name: "a\x00b"}: 0, {Tag: "\xff"}: 0,
		} {
			filter.Limit = 100
			if jobs, err := db.Jobs(t.Context(), owner, filter); err != nil || len(jobs) != n {
				t.Errorf("%+v: %d jobs, want %d; %v", filter, len(jobs), n, err)
			}
		}
	})
}

func TestNothingIsCountedForAnAdmissionThatFails(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		var failed, created atomic.Int64
		atOnce(40, func(i int) {
			a := admission(owner, fmt.Sprint(i))
			if i%4 == 0 {
				a.Circuit = nil // the database refuses it
			}
			if _, isNew, err := db.Admit(t.Context(), a); err != nil {
				failed.Add(1)
			} else if isNew {
				created.Add(1)
			}
		})
		if failed.Load() != 10 || created.Load() != 30 {
			t.Errorf("%d failed and %d were created; want 10 and 30: nobody fails for another", failed.Load(), created.Load())
		}
		if n, _ := db.JobsOn(t.Context(), owner, account.DayOf(noon)); n != 30 {
			t.Errorf("counted %d, want 30", n)
		}
		if jobs, _ := db.Jobs(t.Context(), owner, job.Filter{Limit: 100}); len(jobs) != 30 {
			t.Errorf("%d jobs, want 30", len(jobs))
		}
	})
}

func TestExpire(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		db := d.Open(t)
		owner := newOwner(t, db, "a@example.com").Owner.ID
		for i := range 5 {
			j := admit(t, db, admission(owner, fmt.Sprint(i)))
			if i < 4 {
				if _, err := db.Cancel(t.Context(), j.Row, noon.Add(time.Duration(i)*time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, want := range []int{1, 1, 0} { // two of the four are old enough, and one goes a time
			if n, err := db.Expire(t.Context(), noon.Add(2*time.Hour), 1); err != nil || n != want {
				t.Errorf("deleted %d, want %d; %v", n, want, err)
			}
		}
		jobs, err := db.Jobs(t.Context(), owner, job.Filter{Limit: 10, Tag: "ci"})
		if err != nil || len(jobs) != 3 {
			t.Fatalf("%d jobs are left, want 3; %v", len(jobs), err)
		}
		if n, _ := db.JobsOn(t.Context(), owner, account.DayOf(noon)); n != 5 {
			t.Errorf("counted %d, want 5", n)
		}
		again := admit(t, db, admission(owner, "0")) // its id is free again
		if c, err := db.Circuit(t.Context(), again.Row); err != nil || len(c) == 0 {
			t.Errorf("circuit %q, %v", c, err)
		}
	})
}
