"""The conversation with the API, without any network: generators that yield what is to be sent or slept and get answers back.

The synchronous and the asynchronous client drive the same flows, so that they cannot differ.
"""

from __future__ import annotations

import email.utils
import json
import math
import random
import time
import uuid
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from . import errors
from .models import ExecutionResult, JobStatus, UserInfo

T = TypeVar("T")


@dataclass(frozen=True)
class Send:
    """A request to be sent. timeout is that of the whole exchange, in seconds."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    timeout: float = 60.0


@dataclass(frozen=True)
class Sleep:
    """A pause, in seconds."""

    seconds: float


@dataclass(frozen=True)
class Answer:
    """An answer, or, with an error, that there was none."""

    status: int = 0
    content_type: str = ""
    retry_after: str = ""
    body: bytes = b""
    error: errors.QCOSError | None = None
    temporary: bool = False  # of an error: the same request may succeed later


Step = Send | Sleep
Flow = Generator[Step, Answer | None, T]

LONGEST_WAIT = 60  # seconds that a server holds a long poll back at most
LONGEST_PAUSE = 30.0  # seconds between two tries; a server that wants more is taken at its word: there is no retry
_RETRIED = frozenset({502, 503, 504})


@dataclass(frozen=True)
class Policy:
    timeout: float
    max_retries: int
    retry_delay: float

    def pause(self, attempt: int, answer: Answer) -> float | None:
        """Seconds to wait before the next try, None where there is to be none. Exponential, anywhere in the upper half."""
        if attempt >= self.max_retries:
            return None
        temporary = answer.temporary if answer.error else answer.status in _RETRIED
        if not answer.error and answer.status == 429:
            temporary = _problem(answer).get("code") != "rate_limit_exceeded"
        if not temporary:
            return None
        wanted = retry_after(answer.retry_after)
        if wanted is not None:
            return wanted if wanted <= LONGEST_PAUSE else None
        ceiling = min(self.retry_delay * 2.0**attempt, LONGEST_PAUSE)
        return ceiling * random.uniform(0.5, 1.0)


def retry_after(text: str) -> float | None:
    """The seconds of a Retry-After header, which may also be a date."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def call(policy: Policy, send: Send, *, retry: bool = True, deadline: float | None = None) -> Flow[Any]:
    """Sends until there is an answer that counts, and gives its JSON. Errors are QCOSErrors."""
    attempt = 0
    while True:
        answer = yield _within(send, deadline)
        assert isinstance(answer, Answer)
        if not answer.error and 200 <= answer.status < 300:
            return _decode(answer)
        pause = policy.pause(attempt, answer) if retry else None
        if pause is None or (deadline is not None and time.monotonic() + pause >= deadline):
            raise _failure(answer)
        yield Sleep(pause)
        attempt += 1


def _within(send: Send, deadline: float | None) -> Send:
    if deadline is None:
        return send
    left = max(0.05, deadline - time.monotonic())
    return send if left >= send.timeout else Send(send.method, send.path, send.body, left)


def _failure(answer: Answer) -> errors.QCOSError:
    if answer.error:
        return answer.error
    return errors.from_problem(answer.status, _problem(answer), retry_after(answer.retry_after))


def _problem(answer: Answer) -> dict[str, Any]:
    try:
        value = json.loads(answer.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _decode(answer: Answer) -> Any:
    if not answer.body:
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        raise errors.UnreachableError(
            "what answers is not the qcos API: its answer is no JSON", next="check the URL", status=answer.status
        ) from None


def object_of(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise errors.UnreachableError("what answers is not the qcos API: its answer is no object", next="check the URL")
    return value


def submit(
    policy: Policy,
    qasm: str,
    shots: int,
    priority: int,
    *,
    job_id: str | None = None,
    seed: int | None = None,
    method: str | None = None,
    memory: bool = False,
    name: str = "",
    tags: Sequence[str] = (),
    deadline: float | None = None,
) -> Flow[str]:
    """Submits a job and gives its id. The id is made here, so that a retry finds the job instead of running it twice."""
    job_id = job_id or str(uuid.uuid4())
    body: dict[str, Any] = {"qasm": qasm, "shots": shots, "job_id": job_id}
    optional = {
        "priority": priority,
        "seed": seed,
        "method": method,
        "memory": memory,
        "name": name,
        "tags": list(tags),
    }
    body.update(
        {k: v for k, v in optional.items() if (v is not None and v != 0 and v != "" and v != []) or (k == "seed" and v == 0)}
    )
    answer = object_of((yield from call(policy, Send("POST", "/execute", body, policy.timeout), deadline=deadline)))
    return str(answer.get("job_id") or job_id)


def status(policy: Policy, job_id: str) -> Flow[JobStatus]:
    return _job((yield from call(policy, Send("GET", f"/status/{quote(job_id, safe='')}", timeout=policy.timeout))))


def _job(value: Any) -> JobStatus:
    d = object_of(value)
    if "job_id" not in d or "status" not in d:
        raise errors.UnreachableError("what answers is not the qcos API: a job without job_id and status", next="check the URL")
    return JobStatus.from_json(d)


def wait(policy: Policy, job_id: str, deadline: float | None) -> Flow[JobStatus]:
    """Waits until the job is finished, by long polls, and on a server without them by polls that become rarer."""
    pause = 0.05
    while True:
        hold = min(LONGEST_WAIT, policy.timeout / 2)
        if deadline is not None:
            hold = min(hold, max(0.0, deadline - time.monotonic()))
        began = time.monotonic()
        path = f"/results/{quote(job_id, safe='')}?wait={math.ceil(hold)}"
        job = _job((yield from call(policy, Send("GET", path, timeout=policy.timeout), deadline=_later(deadline))))
        if job.finished:
            return job
        if deadline is not None and time.monotonic() >= deadline:
            raise errors.TimeoutError(
                f"job {job_id} is not finished: it is {job.status}",
                job_id=job_id,
                next=f"it goes on: client.job({job_id!r}).wait() waits for it",
            )
        if time.monotonic() - began < hold / 2:  # the server did not hold the answer back
            yield Sleep(pause)
            pause = min(2 * pause, 2.0)


def _later(deadline: float | None) -> float | None:
    return None if deadline is None else deadline + 5.0  # the last look may end after the deadline


def outcome(job: JobStatus) -> ExecutionResult:
    """The result of a finished job, or the error that it ended with."""
    if job.status == "completed" and job.result is not None:
        return job.result
    detail = job.error or f"the job ended as {job.status} without a word"
    if job.status == "cancelled":
        raise errors.JobCancelledError(detail, job_id=job.job_id)
    if job.error_code == "invalid_circuit":
        raise errors.CircuitError(detail, code=job.error_code)
    raise errors.JobFailedError(detail, job_id=job.job_id, code=job.error_code or None)


def result(policy: Policy, job_id: str, timeout: float | None) -> Flow[ExecutionResult]:
    deadline = None if timeout is None else time.monotonic() + timeout
    return outcome((yield from wait(policy, job_id, deadline)))


def cancel(policy: Policy, job_id: str) -> Flow[JobStatus]:
    path = f"/jobs/{quote(job_id, safe='')}"
    return _job((yield from call(policy, Send("DELETE", path, timeout=policy.timeout))))


def user_info(policy: Policy) -> Flow[UserInfo]:
    value = yield from call(policy, Send("GET", "/user/me", timeout=policy.timeout))
    return UserInfo.from_json(object_of(value))


def jobs(policy: Policy, **query: str) -> Flow[tuple[list[JobStatus], str | None]]:
    """A page of the jobs that match, and the cursor of the next. What is empty is not asked for."""
    text = urlencode({k: v for k, v in query.items() if v})
    value = object_of((yield from call(policy, Send("GET", "/jobs" + (text and "?" + text), timeout=policy.timeout))))
    cursor = value.get("next_cursor")
    return [_job(row) for row in value.get("jobs") or []], None if cursor is None else str(cursor)


def accepted(job_id: str | None, shots: int) -> ExecutionResult:
    """What is known of a job right after it was accepted."""
    return ExecutionResult(job_id, "queued", {}, 0, shots, "remote", "", 0.0)
