from __future__ import annotations

import asyncio
import json
import logging
import time
import traceback
from pathlib import Path
from typing import Any

import pytest
from conftest import KEY, FakeServer, Reply, Request, completed

import qcos
from qcos import AsyncQCOSClient, QCOSClient

BELL = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n'


def client(server: FakeServer, **arguments: Any) -> QCOSClient:
    arguments = {"timeout": 5, "retry_delay": 0.01, **arguments}
    return QCOSClient(KEY, server.url, **arguments)


def serve_jobs(polls: int = 0) -> Any:
    """A script that accepts every job and finishes it after some polls."""
    left = [polls]

    def script(r: Request) -> Reply:
        if r.path == "/execute":
            return Reply(200, {"job_id": r.body["job_id"], "status": "queued", "message": "", "estimated_time_seconds": 0.0})
        job_id = r.path.split("/")[2].split("?")[0]
        if r.path.startswith("/results/") and left[0] > 0:
            left[0] -= 1
            return Reply(202, {"job_id": job_id, "status": "processing", "result": None, "error": None})
        return Reply(200, completed(job_id))

    return script


def test_execute(server: FakeServer) -> None:
    server.script = serve_jobs(polls=2)
    with client(server) as c:
        r = c.execute(BELL, shots=1024, seed=0, tags=["ci"])
    assert (r.counts, r.status, r.num_qubits, r.shots, r.backend, r.device) == (
        {"00": 500, "11": 524},
        "completed",
        2,
        1024,
        "qcos",
        "cpu",
    )
    assert r.most_frequent() == "11"
    first = server.requests[0]
    assert first.headers["X-API-Key"] == KEY
    assert first.body == {"qasm": BELL, "shots": 1024, "job_id": r.job_id, "seed": 0, "tags": ["ci"]}


def test_execute_without_waiting(server: FakeServer) -> None:
    server.script = serve_jobs()
    with client(server) as c:
        r = c.execute(BELL, wait=False)
    assert (r.status, r.counts, len(server.requests)) == ("queued", {}, 1)


def test_submit_and_wait(server: FakeServer) -> None:
    server.script = serve_jobs(polls=1)
    with client(server) as c:
        job = c.submit(BELL, job_id="mine")
        assert job.job_id == "mine"
        assert job.status().status == "completed"
        assert c.job("mine").wait().counts["00"] == 500


def test_async(server: FakeServer) -> None:
    server.script = serve_jobs(polls=1)

    async def main() -> list[qcos.ExecutionResult]:
        async with AsyncQCOSClient(KEY, server.url, retry_delay=0.01) as c:
            return await asyncio.gather(*(c.execute(BELL) for _ in range(20)))

    results = asyncio.run(main())
    assert [r.counts["00"] for r in results] == [500] * 20
    assert len({r.job_id for r in results}) == 20


def test_user_info(server: FakeServer) -> None:
    info = {
        "user": "demo@example.com",
        "tier": "pro",
        "jobs_today": 23,
        "daily_limit": 100,
        "max_qubits": 50,
        "max_shots": 100000,
        "priority": "normal",
        "resets_at": "2026-01-02T00:00:00Z",
    }
    server.script = lambda r: Reply(200, info)
    with client(server) as c:
        i = c.get_user_info()
    assert f"Jobs today: {i.jobs_today}/{i.daily_limit}" == "Jobs today: 23/100"
    assert str(i) == "User: demo@example.com\nTier: pro\nJobs today: 23/100\nMax qubits: 50\nMax shots: 100,000"
    assert i.resets_at is not None
    info["daily_limit"] = None
    with client(server) as c:
        i = c.get_user_info()
    assert f"Jobs today: {i.jobs_today}/{i.daily_limit}" == "Jobs today: 23/unlimited"
    assert i.jobs_today < i.daily_limit


def test_jobs_follow_the_cursor(server: FakeServer) -> None:
    pages = {"": (["a", "b"], "x"), "x": (["c"], None)}

    def script(r: Request) -> Reply:
        ids, cursor = pages["x" if "cursor=x" in r.path else ""]
        return Reply(200, {"jobs": [{"job_id": i, "status": "queued"} for i in ids], "next_cursor": cursor})

    server.script = script
    with client(server) as c:
        assert [j.job_id for j in c.jobs(status="queued")] == ["a", "b", "c"]
    assert all("status=queued" in r.path for r in server.requests)


@pytest.mark.parametrize(
    ("status", "code", "detail", "kind"),
    [
        (401, "invalid_api_key", "Invalid API key. Please check your credentials.", qcos.AuthenticationError),
        (429, "rate_limit_exceeded", "Rate limit exceeded. Upgrade your tier or wait until tomorrow.", qcos.RateLimitError),
        (403, "quota_exceeded", "Circuit exceeds your tier limits (25 qubits > 20 max).", qcos.QuotaExceededError),
        (403, "insufficient_scope", "This key may only read.", qcos.AuthenticationError),
        (404, "not_found", "There is no such job.", qcos.JobNotFoundError),
        (410, "gone", "It was deleted.", qcos.JobNotFoundError),
        (422, "infeasible", "30 qubits need 16 GiB.", qcos.InfeasibleError),
        (409, "conflict", "Another job has this id.", qcos.QCOSError),
        (500, "internal", "internal error", qcos.UnreachableError),
    ],
)
def test_errors_of_the_api(server: FakeServer, status: int, code: str, detail: str, kind: type[qcos.QCOSError]) -> None:
    server.script = lambda r: Reply(status, {"status": status, "code": code, "detail": detail, "next": "Do this."})
    with client(server) as c, pytest.raises(kind) as e:
        c.execute(BELL)
    assert (str(e.value), e.value.code, e.value.status, e.value.next) == (detail, code, status, "Do this.")
    assert len(server.requests) == 1, "an error that stays is not tried again"


def test_circuit_errors_have_positions(server: FakeServer) -> None:
    note = {"line": 1, "column": 7, "message": "`c` is declared here"}
    rows = [{"line": 3, "column": 5, "message": "unknown gate `hh`", "hint": "did you mean `h`?", "notes": [note]}]
    server.script = lambda r: Reply(400, {"code": "invalid_circuit", "detail": "3:5: unknown gate `hh`", "errors": rows})
    with client(server) as c, pytest.raises(qcos.CircuitError) as e:
        c.execute("hh q;")
    assert [(d.line, d.column, d.hint) for d in e.value.errors] == [(3, 5, "did you mean `h`?")]
    assert e.value.errors[0].notes == (qcos.Note(1, 7, "`c` is declared here"),)


def test_failed_and_cancelled_jobs(server: FakeServer) -> None:
    for status, kind in (("failed", qcos.JobFailedError), ("cancelled", qcos.JobCancelledError)):
        row = {"job_id": "j", "status": status, "result": None, "error": "the time limit of 60 s was reached"}
        server.script = lambda r, row=row: Reply(200, row)  # type: ignore[misc]
        with client(server) as c, pytest.raises(kind) as e:
            c.job("j").wait()
        assert e.value.job_id == "j"
        assert "time limit" in str(e.value)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_bursts_are_survived_with_the_same_job_id(server: FakeServer, status: int) -> None:
    accept = serve_jobs()
    failures = [Reply(status, raw=b"<html>bad gateway"), Reply(status, raw=b"")]
    server.script = lambda r: failures.pop() if failures else accept(r)
    with client(server) as c:
        assert c.execute(BELL).counts
    ids = {r.body["job_id"] for r in server.requests if r.path == "/execute"}
    assert len(ids) == 1
    assert len(server.requests) == 4


def test_too_many_requests(server: FakeServer) -> None:
    accept = serve_jobs()
    failures = [Reply(429, {"code": "too_many_requests", "detail": "slow down"}, {"Retry-After": "0"})] * 2
    server.script = lambda r: failures.pop() if failures else accept(r)
    with client(server) as c:
        assert c.execute(BELL).counts
    server.script = lambda r: Reply(429, {"code": "too_many_requests", "detail": "slow down"}, {"Retry-After": "3600"})
    server.requests.clear()
    with client(server) as c, pytest.raises(qcos.RateLimitError) as e:
        c.execute(BELL)
    assert e.value.retry_after == 3600
    assert len(server.requests) == 1


def test_a_server_that_drips(server: FakeServer) -> None:
    server.script = lambda r: Reply(200, {"user": "x" * 100}, drip=0.1)
    began = time.monotonic()
    with client(server, timeout=1, max_retries=0) as c, pytest.raises(qcos.TimeoutError):
        c.get_user_info()
    assert time.monotonic() - began < 3
    with pytest.raises(TimeoutError):  # the built-in one catches it as well
        asyncio.run(_async_user_info(server))


async def _async_user_info(server: FakeServer) -> qcos.UserInfo:
    async with AsyncQCOSClient(KEY, server.url, timeout=1, max_retries=0) as c:
        return await c.get_user_info()


def test_truncated_answers(server: FakeServer) -> None:
    server.script = lambda r: Reply(200, {"user": "x"}, cut=True)
    with client(server, max_retries=1) as c, pytest.raises(qcos.UnreachableError):
        c.get_user_info()
    assert len(server.requests) == 2
    server.script = lambda r: Reply(200, raw=b'{"user": "demo')
    with client(server) as c, pytest.raises(qcos.UnreachableError, match="no JSON"):
        c.get_user_info()


def test_redirects_never_carry_the_key(server: FakeServer) -> None:
    other = FakeServer()
    server.script = lambda r: Reply(307, {}, {"Location": other.url + r.path})
    with client(server) as c, pytest.raises(qcos.UnreachableError, match="redirects"):
        c.execute(BELL)
    assert other.requests == []
    other.http.shutdown()
    other.http.server_close()


def test_nobody_listens() -> None:
    with QCOSClient(KEY, "http://127.0.0.1:9", max_retries=1, retry_delay=0.01) as c, pytest.raises(qcos.UnreachableError) as e:
        c.get_user_info()
    assert "127.0.0.1:9" in str(e.value)
    assert "local()" in e.value.next


def test_timeout_of_a_job(server: FakeServer) -> None:
    server.script = serve_jobs(polls=10**6)
    began = time.monotonic()
    with client(server) as c, pytest.raises(qcos.TimeoutError) as e:
        c.execute(BELL, timeout=0.4)
    assert e.value.job_id == server.requests[0].body["job_id"]
    assert time.monotonic() - began < 4
    assert len(server.requests) < 20, "polls become rarer"


def test_cleartext_is_refused() -> None:
    with pytest.raises(qcos.ConfigError, match="in the clear"):
        QCOSClient(KEY, "http://api.example.com")
    QCOSClient(KEY, "http://api.example.com", insecure_http=True).close()


def test_no_key() -> None:
    with pytest.raises(qcos.AuthenticationError, match="no API key") as e:
        QCOSClient()
    assert "qcos configure" in e.value.next


def test_constructors(clean_home: Path, monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> None:
    server.script = lambda r: Reply(200, {"user": r.headers["X-API-Key"][-4:]})
    folder = clean_home / ".qcos"
    folder.mkdir(mode=0o700)
    file = folder / "config.json"
    file.write_text(json.dumps({"api_key": "qcos-file-1111-1111", "api_url": server.url}))
    file.chmod(0o600)
    assert QCOSClient().get_user_info().user == "1111"
    monkeypatch.setenv("QCOS_API_KEY", "qcos-envi-2222-2222")
    monkeypatch.setenv("QCOS_API_URL", server.url)
    assert QCOSClient().get_user_info().user == "2222"
    assert QCOSClient.from_config("~/.qcos/config.json").get_user_info().user == "1111"
    assert QCOSClient(api_key="qcos-argu-3333-3333").get_user_info().user == "3333"


def test_from_config_keeps_the_key_with_its_url(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QCOS_API_URL", "https://elsewhere.example")
    file = clean_home / "c.json"
    file.write_text(json.dumps({"api_key": "qcos-file-1111-1111"}))
    assert QCOSClient.from_config(file).api_url == "https://api.softquantus.com"


def test_from_config_without_the_file() -> None:
    with pytest.raises(qcos.ConfigError, match="no file"):
        QCOSClient.from_config("nowhere.json")


def test_the_key_is_shown_nowhere(server: FakeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.script = lambda r: Reply(401, {"code": "invalid_api_key", "detail": "Invalid API key. Please check your credentials."})
    with client(server, log_level="DEBUG") as c:
        try:
            c.execute(BELL)
        except qcos.QCOSError as e:
            text = "".join(traceback.format_exception(e)) + repr(e.__dict__)
        text += repr(c) + repr(vars(c))
    assert "canary" not in text
    assert "canary" not in caplog.text


def test_results_print_well() -> None:
    r = qcos.ExecutionResult.from_job(completed("j"))
    assert str(r).splitlines()[1].startswith("  11  524")
    assert "counts={'00': 500" in repr(r)
