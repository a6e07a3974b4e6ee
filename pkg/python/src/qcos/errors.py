"""What can go wrong. Every error is a QCOSError; its text is the sentence for people, ``next`` says what to do."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Note:
    """Another place that a diagnostic is about, such as where a name was declared first."""

    line: int
    column: int
    message: str


@dataclass(frozen=True)
class Diagnostic:
    """A message about a program. Lines and columns count from 1, columns in code points."""

    line: int
    column: int
    message: str
    hint: str = ""
    severity: str = "error"
    code: str = ""
    notes: tuple[Note, ...] = ()

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}"


class QCOSError(Exception):
    """The base of all errors of this package.

    ``code`` is the stable name of the error, the same in HTTP and on the command line; ``status`` the HTTP status, or None
    where no answer is behind the error.
    """

    code: str = "failed"

    def __init__(self, detail: str, *, next: str = "", code: str | None = None, status: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.next = next
        self.status = status
        if code is not None:
            self.code = code


class ConfigError(QCOSError):
    """A setting, or a file of settings, is wrong. No key is ever part of the text."""

    code = "configuration"


class AuthenticationError(QCOSError):
    """The key is unknown, expired or revoked, there is none, or it may not do this."""

    code = "invalid_api_key"


class CircuitError(QCOSError):
    """The program is not valid. ``errors`` says all that is wrong with it."""

    code = "invalid_circuit"

    def __init__(
        self,
        detail: str,
        *,
        errors: tuple[Diagnostic, ...] = (),
        next: str = "",
        code: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail, next=next, code=code, status=status)
        self.errors = errors


class QuotaExceededError(QCOSError):
    """The circuit or its shots exceed what the account's tier allows."""

    code = "quota_exceeded"


class RateLimitError(QCOSError):
    """The jobs of the day are used up, or there were too many requests. ``retry_after`` is in seconds, None if unknown."""

    code = "rate_limit_exceeded"

    def __init__(
        self,
        detail: str,
        *,
        retry_after: float | None = None,
        next: str = "",
        code: str | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail, next=next, code=code, status=status)
        self.retry_after = retry_after


class JobNotFoundError(QCOSError):
    """There is no such job, or its circuit and result were deleted."""

    code = "not_found"


class JobFailedError(QCOSError):
    """The job was accepted and did not complete. ``job_id`` names it."""

    code = "failed"

    def __init__(self, detail: str, *, job_id: str, next: str = "", code: str | None = None) -> None:
        super().__init__(detail, next=next, code=code)
        self.job_id = job_id


class JobCancelledError(JobFailedError):
    """The job was cancelled."""

    code = "cancelled"


class InfeasibleError(QCOSError):
    """No method can run the circuit within the machine's or the server's limits."""

    code = "infeasible"


class TimeoutError(QCOSError, builtins.TimeoutError):
    """The time was up. ``job_id`` names the job, which goes on, or is None where none was accepted."""

    code = "timeout"

    def __init__(self, detail: str, *, job_id: str | None = None, next: str = "") -> None:
        super().__init__(detail, next=next)
        self.job_id = job_id


class UnreachableError(QCOSError):
    """The remote API cannot be reached, or what answers is not one."""

    code = "unreachable"


class LocalEngineError(QCOSError):
    """The qcos binary is absent or cannot be run."""

    code = "local_engine"


def from_problem(status: int, problem: Any, retry_after: float | None = None) -> QCOSError:
    """The error for an answer of the API (RFC 9457), also for servers that write only part of it."""
    fields = problem if isinstance(problem, dict) else {}
    code = str(fields.get("code") or "")
    detail = str(fields.get("detail") or fields.get("error") or fields.get("message") or f"the server answered HTTP {status}")
    next_step = str(fields.get("next") or "")
    if status == 401:
        return AuthenticationError(detail, next=next_step, code=code or None, status=status)
    if status == 400 or code == "invalid_circuit":
        return CircuitError(detail, errors=diagnostics(fields.get("errors")), next=next_step, code=code or None, status=status)
    if code == "insufficient_scope":
        return AuthenticationError(detail, next=next_step, code=code, status=status)
    if status == 403:
        return QuotaExceededError(detail, next=next_step, code=code or None, status=status)
    if status == 429:
        return RateLimitError(detail, retry_after=retry_after, next=next_step, code=code or None, status=status)
    if status in (404, 410):
        return JobNotFoundError(detail, next=next_step, code=code or None, status=status)
    if code in ("infeasible", "result_too_large"):
        return InfeasibleError(detail, next=next_step, code=code, status=status)
    if status >= 500:
        return UnreachableError(detail, next=next_step, code=code or None, status=status)
    return QCOSError(detail, next=next_step, code=code or None, status=status)


def diagnostics(rows: Any) -> tuple[Diagnostic, ...]:
    """The diagnostics of an answer of the API or of the command line."""
    if not isinstance(rows, list):
        return ()
    return tuple(
        Diagnostic(
            line=int(row.get("line") or 0),
            column=int(row.get("column") or 0),
            message=str(row.get("message") or ""),
            hint=str(row.get("hint") or ""),
            severity=str(row.get("severity") or "error"),
            code=str(row.get("code") or ""),
            notes=tuple(
                Note(int(n.get("line") or 0), int(n.get("column") or 0), str(n.get("message") or ""))
                for n in row.get("notes") or []
                if isinstance(n, dict)
            ),
        )
        for row in rows
        if isinstance(row, dict)
    )
