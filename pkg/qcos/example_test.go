package qcos_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/softquantus/qcos/internal/apitest"
	"github.com/softquantus/qcos/pkg/api"
	"github.com/softquantus/qcos/pkg/qcos"
)

// The examples talk to a server in this process.
var server *apitest.Server

const bell = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q->c;\n"

func TestMain(m *testing.M) {
	var started testing.T
	server = apitest.New(&started)
	code := m.Run()
	server.Close()
	os.Exit(code)
}

func newClient(options ...qcos.Option) *qcos.Client {
	options = append([]qcos.Option{qcos.WithAPIURL(server.URL), qcos.WithAPIKey(apitest.Key)}, options...)
	client, err := qcos.NewClient(options...)
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func ExampleNewClient() {
	// Without options the key is looked for in QCOS_API_KEY, .env and ~/.qcos/config.json.
	client, err := qcos.NewClient(qcos.WithAPIURL(server.URL), qcos.WithAPIKey(apitest.Key), qcos.WithTimeout(30*time.Second))
	if err != nil {
		log.Fatal(err)
	}
	health, err := client.Health(context.Background())
	fmt.Println(health.Status, err)
	// Output: healthy <nil>
}

func ExampleFromConfig() {
	path := filepath.Join(os.TempDir(), "qcos-example.json")
	defer os.Remove(path)
	text := fmt.Sprintf(`{"profiles":{"dev":{"api_key":%q,"api_url":%q}}}`, apitest.Key, server.URL)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}
	client, err := qcos.FromConfig(path, qcos.WithProfile("dev"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.URL() == server.URL)
	// Output: true
}

func ExampleClient_Execute() {
	client := newClient()
	result, err := client.Execute(context.Background(), qcos.Request{QASM: bell, Shots: 1000})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Status, result.Counts["00"]+result.Counts["11"], "of", result.Shots)
	// Output: completed 1000 of 1000
}

func ExampleClient_Submit() {
	client := newClient()
	job, err := client.Submit(context.Background(), qcos.Request{QASM: bell, JobID: "example-submit", Tags: []string{"ci"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.ID)
	// Output: example-submit
}

func ExampleJob_Wait() {
	client := newClient()
	job, err := client.Submit(context.Background(), qcos.Request{QASM: bell})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	result, err := job.Wait(ctx)
	if late := (*qcos.TimeoutError)(nil); errors.As(err, &late) {
		fmt.Println("not yet:", late.JobID) // client.Job(late.JobID).Wait goes on
		return
	}
	fmt.Println(result.Counts, err)
	// Output: map[00:512 11:512] <nil>
}

func ExampleJob_WaitWith() {
	client := newClient()
	job, err := client.Submit(context.Background(), qcos.Request{QASM: bell})
	if err != nil {
		log.Fatal(err)
	}
	var last api.Status
	_, err = job.WaitWith(context.Background(), func(j *api.Job) { last = j.Status })
	fmt.Println(last, err)
	// Output: completed <nil>
}

func ExampleJob_Status() {
	client := newClient()
	if _, err := client.Execute(context.Background(), qcos.Request{QASM: bell, JobID: "example-status"}); err != nil {
		log.Fatal(err)
	}
	job, err := client.Job("example-status").Status(context.Background()) // in another process, too
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(job.Status)
	// Output: completed
}

func ExampleJob_Cancel() {
	client := newClient()
	job, err := client.Submit(context.Background(), qcos.Request{QASM: bell})
	if err != nil {
		log.Fatal(err)
	}
	state, err := job.Cancel(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(state.Status.Finished())
	// Output: true
}

func ExampleJob_Purge() {
	client := newClient()
	if _, err := client.Execute(context.Background(), qcos.Request{QASM: bell, JobID: "example-purge"}); err != nil {
		log.Fatal(err)
	}
	job := client.Job("example-purge")
	fmt.Println(job.Purge(context.Background()))
	_, err := job.Status(context.Background())
	var gone *qcos.JobNotFoundError
	fmt.Println(errors.As(err, &gone))
	// Output:
	// <nil>
	// true
}

func ExampleClient_Job() {
	_, err := newClient().Job("of-nobody").Wait(context.Background())
	var missing *qcos.JobNotFoundError
	fmt.Println(errors.As(err, &missing), err)
	// Output: true there is no job of-nobody
}

func ExampleClient_Jobs() {
	client := newClient()
	for i := range 3 {
		request := qcos.Request{QASM: bell, JobID: fmt.Sprintf("example-list-%d", i), Tags: []string{"example"}}
		if _, err := client.Submit(context.Background(), request); err != nil {
			log.Fatal(err)
		}
	}
	for job, err := range client.Jobs(context.Background(), qcos.JobFilter{Tag: "example"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(job.JobID)
	}
	// Output:
	// example-list-2
	// example-list-1
	// example-list-0
}

func ExampleClient_JobsPage() {
	page, err := newClient().JobsPage(context.Background(), qcos.JobFilter{Name: "no such name"}, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page.Jobs), page.NextCursor == nil)
	// Output: 0 true
}

func ExampleClient_UserInfo() {
	info, err := newClient().UserInfo(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Tier: %s\nJobs today: %d/%s\nMax qubits: %d\n", info.Tier, info.JobsToday, info.DailyLimit, info.MaxQubits)
	// Output:
	// Tier: pro
	// Jobs today: 23/100
	// Max qubits: 50
}

func ExampleClient_Health() {
	health, err := newClient().Health(context.Background())
	fmt.Println(health.Status, health.QueueConnected, err)
	// Output: healthy true <nil>
}

func ExampleClient_ClockSkew() {
	skew, err := newClient().ClockSkew(context.Background())
	fmt.Println(skew.Abs() < time.Minute, err)
	// Output: true <nil>
}

func ExampleClient_URL() {
	client, err := qcos.NewClient(qcos.WithAPIKey(apitest.Key), qcos.WithAPIURL("https://API.example/"))
	fmt.Println(client.URL(), err)
	// Output: https://api.example <nil>
}

func ExampleClient_KeyOrigin() {
	client, err := qcos.NewClient(qcos.WithAPIKey(apitest.Key))
	fmt.Println(client.KeyOrigin(), err)
	// Output: argument api_key <nil>
}

func ExampleClient_Warnings() {
	for _, warning := range newClient().Warnings() {
		log.Print(warning)
	}
	// Output:
}

func session(context.Context) (string, error) { return apitest.Token, nil }

func ExampleClient_CreateKey() {
	client := newClient(qcos.WithToken(session))
	key, err := client.CreateKey(context.Background(), api.CreateKeyRequest{Name: "my-app-key"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(key.Name, key.Secret) // printed it is cut; string(key.Secret) is all of it
	// Output: my-app-key qcos-Ne…
}

func ExampleClient_Keys() {
	keys, err := newClient(qcos.WithToken(session)).Keys(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, key := range keys {
		_ = key.ID + " " + key.Name
	}
	_, err = newClient().Keys(context.Background()) // an API key must not manage keys
	var refused *qcos.AuthenticationError
	fmt.Println(errors.As(err, &refused))
	// Output: true
}

func ExampleClient_RotateKey() {
	client := newClient(qcos.WithToken(session))
	old, err := client.CreateKey(context.Background(), api.CreateKeyRequest{Name: "rotated"})
	if err != nil {
		log.Fatal(err)
	}
	rotated, err := client.RotateKey(context.Background(), old.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rotated.Name, rotated.OldID == old.ID)
	// Output: rotated true
}

func ExampleClient_RevokeKey() {
	client := newClient(qcos.WithToken(session))
	key, err := client.CreateKey(context.Background(), api.CreateKeyRequest{Name: "short-lived"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.RevokeKey(context.Background(), key.ID))
	// Output: <nil>
}

func ExampleClient_Estimate() {
	e, err := newClient().Estimate(context.Background(), qcos.Request{QASM: bell})
	if err != nil {
		log.Fatal(err)
	}
	if e.Refusal != nil {
		err = qcos.Refusal(e.Refusal) // as Submit would give it
	}
	fmt.Println(e.Accepted, e.Method, err)
	// Output: true statevector <nil>
}

func ExampleNewJobID() {
	fmt.Println(api.ValidJobID(qcos.NewJobID()), qcos.NewJobID() != qcos.NewJobID())
	// Output: true true
}
