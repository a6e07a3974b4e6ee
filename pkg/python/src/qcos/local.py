"""Circuits on this machine: the qcos binary that the wheel carries, run as a child process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from ._circuits import to_qasm
from ._remote import Circuit
from .errors import (
    CircuitError,
    ConfigError,
    InfeasibleError,
    LocalEngineError,
    QCOSError,
    TimeoutError,
    diagnostics,
)
from .models import ExecutionResult, JobStatus


def find_binary() -> str:
    """The path of the qcos binary: the one installed with this package, else one on the path. Raises LocalEngineError."""
    name = "qcos.exe" if sys.platform == "win32" else "qcos"
    folders = [sysconfig.get_path("scripts"), os.path.dirname(sys.executable)]
    user = sysconfig.get_preferred_scheme("user")
    if user in sysconfig.get_scheme_names():
        folders.append(sysconfig.get_path("scripts", user))
    for folder in folders:
        path = os.path.join(folder, name) if folder else ""
        if path and os.access(path, os.X_OK) and _is_program(path):
            return path
    found = shutil.which("qcos")
    if found:
        return found
    raise LocalEngineError(
        "this installation of qcos-sdk carries no qcos binary (it was installed from source), and none is on the path",
        next="install the wheel of your platform, or build qcos with Go and name it: QCOSClient.local(binary=...)",
    )


def _is_program(path: str) -> bool:
    """Tells the program itself from a script of the same name."""
    with open(path, "rb") as f:
        return f.read(2) != b"#!"


class LocalClient:
    """Runs circuits on this machine, without a key and without a network.

    method, threads, max_memory (such as "8GiB"), precision and strict are those of ``qcos execute``. It may be shared by threads.
    """

    def __init__(
        self,
        *,
        binary: str | os.PathLike[str] | None = None,
        method: str | None = None,
        threads: int | None = None,
        max_memory: str | None = None,
        precision: str | None = None,
        strict: bool = False,
    ) -> None:
        self.binary = os.fspath(binary) if binary is not None else find_binary()
        self._flags = _flags(method=method, threads=threads, max_memory=max_memory, precision=precision, strict=strict)
        self._pool: ThreadPoolExecutor | None = None

    def execute(
        self,
        qasm: Circuit,
        shots: int = 1024,
        wait: bool = True,
        timeout: float | None = None,
        priority: int = 0,
        *,
        seed: int | None = None,
        method: str | None = None,
        memory: bool = False,
        probabilities: bool = False,
        statevector: bool = False,
        inputs: Mapping[str, Any] | None = None,
        variables: bool = False,
    ) -> ExecutionResult:
        """Runs a circuit and gives what it measured. timeout is in seconds. priority means nothing here, and wait=False
        waits as well: use submit to go on meanwhile.

        probabilities and statevector ask for the exact answers too, variables for the classical variables of an OpenQASM 3
        program, whose inputs are given by name.
        """
        flags = _flags(
            method=method,
            memory=memory,
            probabilities=probabilities,
            statevector=statevector,
            variables=variables,
            input=[f"{k}={_literal(v)}" for k, v in (inputs or {}).items()],
        )
        return _raised(self._run([to_qasm(qasm)], shots, seed, timeout, flags)[0])

    def execute_many(
        self,
        circuits: Iterable[Circuit],
        shots: int = 1024,
        *,
        seed: int | None = None,
        method: str | None = None,
        memory: bool = False,
        timeout: float | None = None,
        return_errors: bool = False,
    ) -> list[ExecutionResult | QCOSError]:
        """Runs circuits in one process and gives their results in order. The first that fails is raised once all have run; with
        return_errors each error stands in its place instead. timeout is of all together, in seconds."""
        texts = [to_qasm(c) for c in circuits]
        results = self._run(texts, shots, seed, timeout, _flags(method=method, memory=memory)) if texts else []
        if not return_errors:
            for r in results:
                _raised(r)
        return results

    def submit(self, qasm: Circuit, shots: int = 1024, priority: int = 0, **options: Any) -> LocalJob:
        """Starts a run in the background. The options are those of execute."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="qcos")
        return LocalJob(self._pool.submit(self.execute, qasm, shots, **options))

    def explain(self, qasm: Circuit, shots: int = 1024, *, method: str | None = None) -> dict[str, Any]:
        """How the circuit would be run, as ``qcos explain --format json`` says it. Nothing is run."""
        command = [
            self.binary,
            "explain",
            "--format",
            "json",
            "--shots",
            str(shots),
            *self._flags,
            *_flags(method=method),
            "-",
        ]
        done = subprocess.run(command, input=to_qasm(qasm).encode(), capture_output=True, check=False)
        try:
            return dict(json.loads(done.stdout))
        except ValueError:
            raise _failed(done.stderr) from None

    def _run(
        self, texts: Sequence[str], shots: int, seed: int | None, timeout: float | None, flags: Sequence[str]
    ) -> list[ExecutionResult | QCOSError]:
        command = [
            self.binary,
            "execute",
            "--backend",
            "local",
            "--format",
            "json",
            "--shots",
            str(shots),
            *self._flags,
            *flags,
        ]
        if seed is not None:
            command += ["--seed", str(seed)]
        if len(texts) == 1:
            return self._lines([*command, "-"], texts[0].encode(), 1, timeout)
        with tempfile.TemporaryDirectory(prefix="qcos-") as folder:
            names = []
            for i, text in enumerate(texts):
                path = Path(folder, f"{i:06}.qasm")
                path.write_text(text, encoding="utf-8")
                names.append(str(path))
            results: list[ExecutionResult | QCOSError] = []
            left, per = list(names), 4000  # files a process: command lines have an end
            while left:
                batch, left = left[:per], left[per:]
                results += self._lines([*command, *batch], None, len(batch), timeout)
            return results

    def _lines(
        self, command: Sequence[str], text: bytes | None, want: int, timeout: float | None
    ) -> list[ExecutionResult | QCOSError]:
        try:
            done = subprocess.run(
                command,
                input=text,
                stdin=subprocess.DEVNULL if text is None else None,
                capture_output=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"the run was stopped after {timeout} s", next="give a larger timeout") from None
        except OSError as e:
            raise LocalEngineError(f"{self.binary} cannot be run: {e.strerror}") from None
        lines = done.stdout.splitlines()
        if len(lines) != want:
            raise _failed(done.stderr)
        return [_result(json.loads(line)) for line in lines]

    def close(self) -> None:
        """Waits for the runs in the background."""
        if self._pool is not None:
            self._pool.shutdown()

    def __enter__(self) -> LocalClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"LocalClient(binary={self.binary!r})"


class LocalJob:
    """A run in the background."""

    job_id = None

    def __init__(self, future: Future[ExecutionResult]) -> None:
        self._future = future

    def status(self) -> JobStatus:
        """The run as it is now."""
        if not self._future.done():
            return JobStatus("", "processing" if self._future.running() else "queued")
        if self._future.cancelled():
            return JobStatus("", "cancelled")
        e = self._future.exception()
        if e is not None:
            return JobStatus("", "failed", error=str(e))
        return JobStatus("", "completed", result=self._future.result())

    def wait(self, timeout: float | None = None) -> ExecutionResult:
        """The result once there is one. Raises what execute raises, and TimeoutError after timeout seconds."""
        try:
            return self._future.result(timeout)
        except QCOSError:
            raise
        except Exception as e:
            if self._future.done():
                raise
            raise TimeoutError(f"the run is not finished after {timeout} s") from e

    result = wait

    def cancel(self) -> JobStatus:
        """Takes a run that has not begun out of the queue. One that has begun goes on."""
        self._future.cancel()
        return self.status()


def _flags(**options: Any) -> list[str]:
    flags: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            flags.append(flag)
        elif isinstance(value, list):
            for item in value:
                flags += [flag, item]
        elif value is not None and value is not False:
            flags += [flag, str(value)]
    return flags


def _literal(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _result(d: dict[str, Any]) -> ExecutionResult | QCOSError:
    e = d.get("error")
    if d.get("status") == "completed" and not e:
        return ExecutionResult.from_execution(d)
    e = e or {}
    code, detail = str(e.get("code") or "failed"), str(e.get("detail") or "the run failed")
    rows = [r for r in e.get("errors") or [] if isinstance(r, dict)]
    if code == "invalid_circuit" or rows:
        return CircuitError(detail, errors=diagnostics(rows), code=code)
    if code == "infeasible":
        return InfeasibleError(detail, code=code)
    if code in ("usage", "configuration"):
        return ConfigError(detail, code=code)
    return LocalEngineError(detail, code=code)


def _raised(r: ExecutionResult | QCOSError) -> ExecutionResult:
    if isinstance(r, QCOSError):
        raise r
    return r


def _failed(stderr: bytes) -> QCOSError:
    """What the program says where it gave no results: a wrong flag, or a binary that is another program."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    text = next((line for line in lines if line.startswith("Error: ")), lines[-1] if lines else "it said nothing")
    return LocalEngineError(text.removeprefix("Error: "))
