"""Against the service itself: `qcos serve` with a user and a key."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import binary
from test_client import BELL

import qcos
from qcos import AsyncQCOSClient, QCOSClient

REPOSITORY = Path(__file__).parents[3]
GUIDE = REPOSITORY.parent / "shared" / "authentication-guide.txt"


@dataclass
class Service:
    url: str
    key: str
    data: str

    def admin(self, *words: str) -> str:
        command = [binary(), "admin", *words, "--data-dir", self.data]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    data = str(folder / "server")
    command = [binary(), "serve", "--listen", "127.0.0.1:0", "--data-dir", data]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment) as p:
        assert p.stdout is not None
        line = p.stdout.readline()
        url = line.removeprefix("listening on ").strip()
        assert url.startswith("http://127.0.0.1:"), line
        s = Service(url, "", data)
        s.admin("user", "create", "demo@example.com", "--tier", "pro")
        s.key = json.loads(s.admin("key", "create", "demo@example.com", "--name", "tests", "--format", "json"))["key"]
        yield s
        p.terminate()
        assert p.wait(20) == 0


def test_execute(service: Service) -> None:
    with QCOSClient(service.key, service.url) as client:
        r = client.execute(BELL, shots=1000, seed=7, memory=True)
        assert (r.status, r.num_qubits, r.shots, sum(r.counts.values())) == ("completed", 2, 1000, 1000)
        assert set(r.counts) == {"00", "11"}
        assert r.memory is not None
        assert len(r.memory) == 1000
        assert client.execute(BELL, shots=1000, seed=7).counts == r.counts
        job = client.submit(BELL, name="bell", tags=["ci"])
        assert job.wait(30).counts
        assert job.status().finished
        assert [j.name for j in client.jobs(tag="ci")] == ["bell"]


def test_idempotent(service: Service) -> None:
    with QCOSClient(service.key, service.url) as client:
        before = client.get_user_info().jobs_today
        for _ in range(3):
            client.execute(BELL, job_id="the-same")
        assert client.get_user_info().jobs_today == before + 1
        with pytest.raises(qcos.QCOSError) as e:
            client.execute(BELL, shots=5, job_id="the-same")
        assert e.value.status == 409


def test_async(service: Service) -> None:
    async def main() -> list[int]:
        async with AsyncQCOSClient(service.key, service.url) as client:
            results = await asyncio.gather(*(client.execute(BELL, shots=100) for _ in range(20)))
            return [sum(r.counts.values()) for r in results]

    assert asyncio.run(main()) == [100] * 20


def test_the_three_errors_of_the_guide(service: Service) -> None:
    service.admin("user", "create", "free@example.com")
    key = json.loads(service.admin("key", "create", "free@example.com", "--name", "k", "--format", "json"))["key"]
    with QCOSClient("qcos-aaaa-bbbb-cccc", service.url) as client, pytest.raises(qcos.AuthenticationError) as invalid:
        client.execute(BELL)
    assert str(invalid.value) == "Invalid API key. Please check your credentials."
    with QCOSClient(key, service.url) as client:
        with pytest.raises(qcos.QuotaExceededError) as quota:
            client.execute("OPENQASM 2.0;\nqreg q[25];\n")
        assert str(quota.value) == "Circuit exceeds your tier limits (25 qubits > 20 max)."
        for _ in range(10):
            client.execute(BELL, shots=1)
        with pytest.raises(qcos.RateLimitError) as rate:
            client.execute(BELL, shots=1)
        assert str(rate.value) == "Rate limit exceeded. Upgrade your tier or wait until tomorrow."
        assert rate.value.retry_after is not None
        assert 0 < rate.value.retry_after <= 86400


def test_errors_with_positions(service: Service) -> None:
    with QCOSClient(service.key, service.url) as client:
        with pytest.raises(qcos.CircuitError) as e:
            client.execute("OPENQASM 2.0;\nqreg q[2];\nhh q[0];\n")
        assert e.value.errors[0].line == 3
        with pytest.raises(qcos.JobNotFoundError):
            client.job("nobodys").status()


def test_the_guide_from_a_wheel(service: Service, tmp_path: Path) -> None:
    """The guide's Python and its CI job, word for word, in a fresh environment with the wheel."""
    if not GUIDE.exists():
        pytest.skip("the authentication guide is absent: its snippets are not run")
    guide = GUIDE.read_text(encoding="utf-8").replace("“", '"').replace("”", '"')
    python, scripts = install_wheel(tmp_path)
    project = tmp_path / "project"
    circuits = project / "tests" / "circuits"
    circuits.mkdir(parents=True)
    (circuits / "bell.qasm").write_text(BELL)
    (circuits / "one.qasm").write_text("OPENQASM 2.0;\nqreg q[1];\ncreg c[1];\nU(pi,0,pi) q[0];\nmeasure q -> c;\n")
    config = tmp_path / ".qcos"
    config.mkdir(mode=0o700)
    (config / "config.json").write_text(json.dumps({"api_key": service.key, "api_url": service.url}))
    (config / "config.json").chmod(0o600)
    path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path), "QCOS_API_KEY": service.key, "QCOS_API_URL": service.url}

    constructors = between(guide, "from qcos import QCOSClient", "CLI").replace("qcos-xxxx-xxxx-xxxx", service.key)
    assert constructors.count("client = ") == 3
    info = between(guide, "client = QCOSClient()\ninfo", "# CLI")
    script = project / "snippets.py"
    script.write_text(constructors + "\n" + info)
    done = subprocess.run([python, script], cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"Tier: pro\nJobs today: \d+/100\nMax qubits: 50\n", done.stdout), done.stdout

    job = guide[guide.index("pip install qcos-sdk\n") :].splitlines()[1].strip()
    assert job == "qcos execute tests/circuits/*.qasm"
    for env, where in ((environment, "remote"), ({"PATH": path, "HOME": str(project)}, "local")):
        done = subprocess.run(
            job + " --format json", shell=True, cwd=project, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [(r["file"], r["backend"], r["status"]) for r in rows] == [
            ("tests/circuits/bell.qasm", where, "completed"),
            ("tests/circuits/one.qasm", where, "completed"),
        ]
        assert rows[1]["counts"] == {"1": 1024}


def between(text: str, start: str, end: str) -> str:
    at = text.index(start)
    return text[at : text.index("\n" + end, at)]


def install_wheel(folder: Path) -> tuple[Path, Path]:
    """A fresh environment with the wheel, built here around the binary under test. Gives its interpreter and its scripts."""
    environment = {
        **os.environ,
        "QCOS_WHEEL_BINARY": binary(),
        "QCOS_WHEEL_TAG": "linux_x86_64" if sys.platform == "linux" else "any",
    }
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        pytest.skip("the tag of this platform's wheel is not known here")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    subprocess.run(build, cwd=Path(__file__).parents[1], env=environment, check=True, capture_output=True)
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    (wheel,) = (folder / "dist").glob("*.whl")
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel], check=True, capture_output=True)
    return python, python.parent
