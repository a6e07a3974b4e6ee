"""The asynchronous client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any

from . import _flow, _transport
from ._circuits import to_qasm
from ._remote import Circuit, Remote
from .models import ExecutionResult, JobStatus, UserInfo


class AsyncQCOSClient(Remote[_transport.AsyncTransport]):
    """QCOSClient for asyncio: the same arguments, methods and errors, with await."""

    _open = _transport.AsyncTransport

    async def execute(
        self,
        qasm: Circuit,
        shots: int = 1024,
        wait: bool = True,
        timeout: float | None = None,
        priority: int = 0,
        **options: Any,
    ) -> ExecutionResult:
        """QCOSClient.execute; options are those of submit."""
        job = await self.submit(qasm, shots, priority, **options)
        return await job.wait(timeout) if wait else _flow.accepted(job.job_id, shots)

    async def submit(
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
    ) -> AsyncJob:
        """QCOSClient.submit."""
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
        return AsyncJob(self, await self._transport.run(flow))

    def job(self, job_id: str) -> AsyncJob:
        """A job that was submitted before. Nothing is asked of the server yet."""
        return AsyncJob(self, job_id)

    async def jobs(self, *, status: str = "", name: str = "", tag: str = "") -> AsyncIterator[JobStatus]:
        """All jobs of the account, the newest first, without their results."""
        cursor: str | None = ""
        while cursor is not None:
            page, cursor = await self._transport.run(_flow.jobs(self._policy, status=status, name=name, tag=tag, cursor=cursor))
            for job in page:
                yield job

    async def get_user_info(self) -> UserInfo:
        """The account behind the key."""
        return await self._transport.run(_flow.user_info(self._policy))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> AsyncQCOSClient:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, e: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()


class AsyncJob:
    """A submitted job."""

    def __init__(self, client: AsyncQCOSClient, job_id: str) -> None:
        self._client = client
        self.job_id = job_id

    async def status(self) -> JobStatus:
        """The job as it is now."""
        return await self._client._transport.run(_flow.status(self._client._policy, self.job_id))

    async def wait(self, timeout: float | None = None) -> ExecutionResult:
        """The result once there is one. Raises JobFailedError, JobCancelledError, and TimeoutError after timeout seconds."""
        return await self._client._transport.run(_flow.result(self._client._policy, self.job_id, timeout))

    result = wait

    async def cancel(self) -> JobStatus:
        """Asks the server to stop the job. A finished job stays as it is."""
        return await self._client._transport.run(_flow.cancel(self._client._policy, self.job_id))

    def __repr__(self) -> str:
        return f"AsyncJob({self.job_id!r})"
