"""What the API answers, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas


class Unlimited(float):
    """No limit: larger than every number, and printed as ``unlimited``."""

    def __new__(cls) -> Unlimited:
        return super().__new__(cls, "inf")

    def __str__(self) -> str:
        return "unlimited"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format("unlimited", spec.replace(",", "").replace("d", ""))


UNLIMITED = Unlimited()


@dataclass(frozen=True)
class UserInfo:
    """The account behind a key, and what it may do."""

    user: str
    tier: str
    jobs_today: int  #: accepted since the last midnight, UTC
    daily_limit: int | Unlimited
    max_qubits: int
    max_shots: int
    priority: str
    resets_at: datetime | None

    @property
    def jobs_left(self) -> int | Unlimited:
        """How many more jobs are accepted today."""
        return UNLIMITED if isinstance(self.daily_limit, Unlimited) else max(0, self.daily_limit - self.jobs_today)

    def __str__(self) -> str:
        return (
            f"User: {self.user}\nTier: {self.tier}\nJobs today: {self.jobs_today}/{self.daily_limit}\n"
            f"Max qubits: {self.max_qubits}\nMax shots: {self.max_shots:,}"
        )

    @classmethod
    def from_json(cls, d: Mapping[str, Any]) -> UserInfo:
        limit = d.get("daily_limit")
        return cls(
            user=str(d.get("user", "")),
            tier=str(d.get("tier", "")),
            jobs_today=int(d.get("jobs_today") or 0),
            daily_limit=UNLIMITED if limit is None or int(limit) < 0 else int(limit),
            max_qubits=int(d.get("max_qubits") or 0),
            max_shots=int(d.get("max_shots") or 0),
            priority=str(d.get("priority", "")),
            resets_at=parse_time(d.get("resets_at")),
        )


@dataclass(frozen=True)
class ExecutionResult:
    """What a run measured.

    A key of ``counts`` is a bit string with the highest-numbered bit leftmost (``c[0]`` is the rightmost character); registers
    are separated by one space, the last declared leftmost.
    """

    job_id: str | None
    status: str
    counts: dict[str, int]
    num_qubits: int
    shots: int
    backend: str
    device: str
    execution_time_seconds: float
    method: str = ""
    precision: str = ""
    seed: int | None = None
    num_clbits: int = 0
    warnings: tuple[str, ...] = ()
    memory: list[str] | None = field(default=None, repr=False)
    probabilities: dict[str, float] | None = field(default=None, repr=False)
    statevector: list[complex] | None = field(default=None, repr=False)
    variables: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def frequencies(self) -> dict[str, float]:
        """The share of each outcome among the shots."""
        total = sum(self.counts.values())
        return {k: n / total for k, n in self.counts.items()}

    def most_frequent(self) -> str:
        """The outcome that came most often; of equals the smallest."""
        return min(self.counts, key=lambda k: (-self.counts[k], k))

    def __str__(self) -> str:
        lines = [f"{self.shots:,} shots · {self.method or self.device} · {self.execution_time_seconds:.3g} s"]
        ordered = sorted(self.counts.items(), key=lambda kv: (-kv[1], kv[0]))
        total, largest = sum(self.counts.values()) or 1, max(self.counts.values(), default=1)
        for key, n in ordered[:16]:
            lines.append(f"  {key}  {n:>{len(str(largest))}}  {100 * n / total:4.1f} %  {'█' * round(30 * n / largest)}")
        if len(ordered) > 16:
            lines.append(f"  and {len(ordered) - 16:,} more outcomes")
        return "\n".join(lines)

    def to_pandas(self) -> pandas.DataFrame:
        """A table with the columns outcome, count and frequency, most frequent first. Needs pandas."""
        import pandas

        total = sum(self.counts.values()) or 1
        ordered = sorted(self.counts.items(), key=lambda kv: (-kv[1], kv[0]))
        return pandas.DataFrame(
            {
                "outcome": [k for k, _ in ordered],
                "count": [n for _, n in ordered],
                "frequency": [n / total for _, n in ordered],
            }
        )

    def plot(self, ax: matplotlib.axes.Axes | None = None, *, limit: int = 32) -> matplotlib.axes.Axes:
        """A bar chart of the limit most frequent outcomes, by key. Needs matplotlib."""
        if ax is None:
            from matplotlib import pyplot

            _, ax = pyplot.subplots()
        top = sorted(sorted(self.counts.items(), key=lambda kv: (-kv[1], kv[0]))[:limit])
        ax.bar([k for k, _ in top], [n for _, n in top])
        ax.set_xlabel("outcome")
        ax.set_ylabel(f"count of {self.shots} shots")
        ax.tick_params(axis="x", rotation=90)
        return ax

    @classmethod
    def from_job(cls, d: Mapping[str, Any]) -> ExecutionResult:
        """From the JSON of a completed job."""
        return cls._from(d.get("result") or {}, job_id=str(d["job_id"]), status=str(d["status"]))

    @classmethod
    def from_execution(cls, d: Mapping[str, Any]) -> ExecutionResult:
        """From a line of ``qcos execute --format json``."""
        return cls._from(d, job_id=d.get("job_id"), status=str(d["status"]))

    @classmethod
    def _from(cls, r: Mapping[str, Any], job_id: str | None, status: str) -> ExecutionResult:
        seed = r.get("seed")
        vector = r.get("statevector")
        return cls(
            job_id=job_id,
            status=status,
            counts={str(k): int(n) for k, n in (r.get("counts") or {}).items()},
            num_qubits=int(r.get("num_qubits") or 0),
            shots=int(r.get("shots") or 0),
            backend=str(r.get("backend") or ""),
            device=str(r.get("device") or ""),
            execution_time_seconds=float(r.get("execution_time_seconds") or 0.0),
            method=str(r.get("method") or ""),
            precision=str(r.get("precision") or ""),
            seed=None if seed is None else int(seed),
            num_clbits=int(r.get("num_clbits") or 0),
            warnings=tuple(str(w) for w in r.get("warnings") or ()),
            memory=r.get("memory"),
            probabilities=r.get("probabilities"),
            statevector=None if vector is None else [complex(re, im) for re, im in vector],
            variables=r.get("variables"),
        )


#: States of a job that do not change any more. A state that is not known is kept as it is, and is not final.
FINISHED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class JobStatus:
    """A job as it was when the server was asked."""

    job_id: str
    status: str  #: queued, processing (or running), completed, failed, cancelled, or what the server says
    error: str | None = None
    error_code: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    queue_position: int | None = None  #: from 1, while queued
    name: str = ""
    tags: tuple[str, ...] = ()
    result: ExecutionResult | None = field(default=None, repr=False)

    @property
    def finished(self) -> bool:
        return self.status in FINISHED

    @classmethod
    def from_json(cls, d: Mapping[str, Any]) -> JobStatus:
        return cls(
            job_id=str(d["job_id"]),
            status=str(d["status"]),
            error=d.get("error"),
            error_code=str(d.get("error_code") or ""),
            created_at=parse_time(d.get("created_at")),
            started_at=parse_time(d.get("started_at")),
            completed_at=parse_time(d.get("completed_at")),
            queue_position=d.get("queue_position"),
            name=str(d.get("name") or ""),
            tags=tuple(d.get("tags") or ()),
            result=ExecutionResult.from_job(d) if d.get("result") else None,
        )


def parse_time(text: object) -> datetime | None:
    """A time of RFC 3339, None for what is none."""
    if not isinstance(text, str) or not text:
        return None
    head, _, fraction = text.replace("Z", "+00:00").partition(".")
    if fraction:  # Python 3.10 reads three or six digits only
        digits, sign, zone = fraction.partition("+") if "+" in fraction else fraction.partition("-")
        head += "." + (digits + "000000")[:6] + sign + zone
    try:
        t = datetime.fromisoformat(head)
    except ValueError:
        return None
    return t if t.tzinfo else t.replace(tzinfo=timezone.utc)
