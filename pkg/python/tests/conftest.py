"""A small server that speaks the API as far as a test lets it, and a home without any settings."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

KEY = "qcos-canary-1111-2222"
BINARY = os.environ.get("QCOS_TEST_BINARY", "")


def binary() -> str:
    """The qcos binary that the tests run: `make test` builds it and names it in QCOS_TEST_BINARY."""
    if not BINARY:
        pytest.skip("QCOS_TEST_BINARY names no qcos binary: local execution is not tested")
    return BINARY


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Reply:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    drip: float = 0.0  # seconds between bytes
    cut: bool = False  # end in the middle of the body


Script = Callable[[Request], Reply]


class FakeServer:
    """Answers with what the script says, and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.script: Script = lambda r: Reply(404, {"detail": "no such route", "code": "not_found"})
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                text = self.rfile.read(length)
                request = Request(self.command, self.path, dict(self.headers), json.loads(text) if text else None)
                server.requests.append(request)
                server.answer(self, server.script(request))

            do_POST = do_DELETE = do_GET

            def log_message(self, format: str, *args: object) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @staticmethod
    def answer(h: BaseHTTPRequestHandler, reply: Reply) -> None:
        data = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
        h.send_response(reply.status)
        h.send_header("Content-Type", "application/json" if reply.status < 400 else "application/problem+json")
        h.send_header("Content-Length", str(len(data)))
        for name, value in reply.headers.items():
            h.send_header(name, value)
        h.end_headers()
        try:
            if reply.cut:
                h.wfile.write(data[: len(data) // 2])
                h.close_connection = True
            elif reply.drip:
                for i in range(len(data)):
                    h.wfile.write(data[i : i + 1])
                    h.wfile.flush()
                    time.sleep(reply.drip)
            else:
                h.wfile.write(data)
        except OSError:
            pass


@pytest.fixture
def server() -> Iterator[FakeServer]:
    s = FakeServer()
    yield s
    s.http.shutdown()
    s.http.server_close()


@pytest.fixture(autouse=True)
def clean_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and work folder, and none of our variables."""
    for name in list(os.environ):
        if name.startswith("QCOS_"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(home)
    return home


def completed(job_id: str, counts: dict[str, int] | None = None) -> dict[str, Any]:
    """A completed job as the contract writes it."""
    return {
        "job_id": job_id,
        "status": "completed",
        "result": {
            "counts": counts or {"00": 500, "11": 524},
            "num_qubits": 2,
            "shots": 1024,
            "execution_time_seconds": 0.001,
            "backend": "qcos",
            "device": "cpu",
        },
        "error": None,
        "created_at": "2026-01-02T03:04:05.123456789Z",
        "completed_at": "2026-01-02T03:04:06Z",
    }
