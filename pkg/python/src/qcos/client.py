"""The synchronous client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _flow, _transport
from ._circuits import to_qasm
from ._remote import Circuit, Remote
from .models import ExecutionResult, JobStatus, UserInfo

if TYPE_CHECKING:
    from .local import LocalClient


class QCOSClient(Remote[_transport.SyncTransport]):
    """A client of the qcos API. It may be shared by threads, and is best closed: it is a context manager.

    What is given here beats the environment, a `.env` file and ~/.qcos/config.json, in which what is left out is looked for
    (docs/configuration.md). timeout is that of one HTTP request in seconds, retry_delay the first pause between tries; later
    ones are longer. ``insecure_http`` allows a URL of http:// on another machine.
    """

    _open = _transport.SyncTransport

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
        return job.wait(timeout) if wait else _flow.accepted(job.job_id, shots)

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
            page, cursor = self._transport.run(_flow.jobs(self._policy, status=status, name=name, tag=tag, cursor=cursor))
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
