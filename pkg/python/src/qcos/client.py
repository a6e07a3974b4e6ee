"""The synchronous client."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from . import _config, _flow, _transport
from ._circuits import to_qasm
from ._version import __version__
from .errors import AuthenticationError
from .models import ExecutionResult, JobStatus, UserInfo

if TYPE_CHECKING:
    from .local import LocalClient

_log = logging.getLogger("qcos")


# Defaults that can be told from the same value given by the caller: what is given beats the environment, a default does not.
class _DefaultText(str):
    __slots__ = ()


class _DefaultNumber(int):
    __slots__ = ()


DEFAULT_API_URL: str = _DefaultText(_config.DEFAULT_API_URL)
_TIMEOUT: int = _DefaultNumber(_config.DEFAULT_TIMEOUT)
_MAX_RETRIES: int = _DefaultNumber(_config.DEFAULT_MAX_RETRIES)

Circuit = Any  # OpenQASM text, or a circuit object of Qiskit, Cirq or PennyLane


def _given(value: object) -> object:
    return None if isinstance(value, (_DefaultText, _DefaultNumber)) else value


def resolve(
    *,
    api_key: str | None,
    api_url: str,
    timeout: float,
    max_retries: int,
    log_level: str,
    profile: str | None,
    ca_file: str | None,
    insecure_http: bool,
    config_path: str | os.PathLike[str] | None,
) -> _config.Settings:
    """The settings of a client, checked. Errors are ConfigErrors, and an AuthenticationError without a key."""
    _log.setLevel(log_level)
    settings = _config.resolve(
        {
            "api_key": api_key,
            "api_url": _given(api_url),
            "timeout": _whole(_given(timeout)),
            "max_retries": _given(max_retries),
            "profile": profile,
            "ca_file": ca_file,
        },
        config_path=config_path,
    )
    for warning in settings.warnings:
        _log.warning(warning)
    if settings.api_key is None:
        raise AuthenticationError(
            "no API key was found: not as an argument, not in QCOS_API_KEY, not in a .env file, not in ~/.qcos/config.json",
            next="make one with `qcos auth create-key` and store it with `qcos configure`, or run here with QCOSClient.local()",
            code="no_api_key",
        )
    _transport.check_url(settings.api_url, insecure_http)
    _log.debug("API %s, key %s of %s", settings.api_url, settings.api_key, settings.origins["api_key"])
    return settings


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


class QCOSClient:
    """A client of the qcos API. It may be shared by threads, and is best closed: it is a context manager.

    What is given here beats the environment, a `.env` file and ~/.qcos/config.json, in which what is left out is looked for
    (docs/configuration.md). timeout is that of one HTTP request in seconds, retry_delay the first pause between tries; later
    ones are longer. ``insecure_http`` allows a URL of http:// on another machine.
    """

    def __init__(
        self,
        api_key: str | None = None,
        api_url: str = DEFAULT_API_URL,
        timeout: float = _TIMEOUT,
        max_retries: int = _MAX_RETRIES,
        retry_delay: float = 1.0,
        log_level: str = "INFO",
        *,
        profile: str | None = None,
        ca_file: str | None = None,
        insecure_http: bool = False,
        _config_path: str | os.PathLike[str] | None = None,
    ) -> None:
        settings = resolve(
            api_key=api_key,
            api_url=api_url,
            timeout=timeout,
            max_retries=max_retries,
            log_level=log_level,
            profile=profile,
            ca_file=ca_file,
            insecure_http=insecure_http,
            config_path=_config_path,
        )
        self.api_url = settings.api_url
        self._policy = _flow.Policy(float(settings.timeout), settings.max_retries, retry_delay)
        self._transport = _transport.SyncTransport(settings, __version__)

    @classmethod
    def from_config(cls, path: str | os.PathLike[str] = "~/.qcos/config.json", **arguments: Any) -> QCOSClient:
        """A client with the settings of a file, which beat the environment. The arguments are those of the constructor."""
        return cls(_config_path=path, **arguments)

    @staticmethod
    def local(**arguments: Any) -> LocalClient:
        """A client that runs circuits on this machine, without a key. The arguments are those of LocalClient."""
        from .local import LocalClient

        return LocalClient(**arguments)

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
        job_id: str | None = None,
        name: str = "",
        tags: Sequence[str] = (),
    ) -> ExecutionResult:
        """Runs a circuit and gives what it measured. timeout is of the whole, in seconds; None waits as long as it takes.

        With wait=False it returns once the job is accepted: status is then ``queued`` and counts are empty. Raises
        CircuitError, QuotaExceededError, RateLimitError, AuthenticationError, TimeoutError, JobFailedError and other QCOSErrors.
        """
        job = self.submit(qasm, shots, priority, seed=seed, method=method, memory=memory, job_id=job_id, name=name, tags=tags)
        return job.wait(timeout) if wait else accepted(job.job_id, shots)

    def submit(
        self,
        qasm: Circuit,
        shots: int = 1024,
        priority: int = 0,
        *,
        seed: int | None = None,
        method: str | None = None,
        memory: bool = False,
        job_id: str | None = None,
        name: str = "",
        tags: Sequence[str] = (),
    ) -> Job:
        """Submits a circuit and returns at once. The same job_id with the same circuit is the same job, counted once."""
        flow = _flow.submit(
            self._policy,
            to_qasm(qasm),
            shots,
            priority,
            job_id=job_id,
            seed=seed,
            method=method,
            memory=memory,
            name=name,
            tags=tags,
        )
        return Job(self, self._transport.run(flow))

    def job(self, job_id: str) -> Job:
        """A job that was submitted before, here or elsewhere. Nothing is asked of the server yet."""
        return Job(self, job_id)

    def jobs(self, *, status: str = "", name: str = "", tag: str = "") -> Iterator[JobStatus]:
        """All jobs of the account, the newest first, without their results."""
        cursor: str | None = ""
        while cursor is not None:
            query = {"status": status, "name": name, "tag": tag, "cursor": cursor}
            text = urlencode({k: v for k, v in query.items() if v})
            page, cursor = self._transport.run(_flow.jobs(self._policy, "?" + text if text else ""))
            yield from page

    def get_user_info(self) -> UserInfo:
        """The account behind the key: tier, jobs of the day, limits."""
        return self._transport.run(_flow.user_info(self._policy))

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def __enter__(self) -> QCOSClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"QCOSClient(api_url={self.api_url!r})"


class Job:
    """A submitted job."""

    def __init__(self, client: QCOSClient, job_id: str) -> None:
        self._client = client
        self.job_id = job_id

    def status(self) -> JobStatus:
        """The job as it is now."""
        return self._client._transport.run(_flow.status(self._client._policy, self.job_id))

    def wait(self, timeout: float | None = None) -> ExecutionResult:
        """The result once there is one. Raises JobFailedError, JobCancelledError, and TimeoutError after timeout seconds."""
        return self._client._transport.run(_flow.result(self._client._policy, self.job_id, timeout))

    result = wait

    def cancel(self) -> JobStatus:
        """Asks the server to stop the job. A finished job stays as it is."""
        return self._client._transport.run(_flow.cancel(self._client._policy, self.job_id))

    def __repr__(self) -> str:
        return f"Job({self.job_id!r})"


def accepted(job_id: str | None, shots: int) -> ExecutionResult:
    """What is known of a job right after it was accepted."""
    return ExecutionResult(job_id, "queued", {}, 0, shots, "remote", "", 0.0)
