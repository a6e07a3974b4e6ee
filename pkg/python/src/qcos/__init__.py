"""Run quantum circuits: remotely with an API key, or on this machine.

>>> from qcos import QCOSClient
>>> client = QCOSClient()                     # key from the environment, a .env file or ~/.qcos/config.json
>>> client = QCOSClient.local()               # no key: the simulator that this package carries
>>> client.execute('OPENQASM 2.0; ...', shots=1024).counts
"""

from ._version import __version__
from .aio import AsyncJob, AsyncQCOSClient
from .client import Job, QCOSClient
from .errors import (
    AuthenticationError,
    CircuitError,
    ConfigError,
    Diagnostic,
    InfeasibleError,
    JobCancelledError,
    JobFailedError,
    JobNotFoundError,
    LocalEngineError,
    Note,
    QCOSError,
    QuotaExceededError,
    RateLimitError,
    TimeoutError,
    UnreachableError,
)
from .local import LocalClient, LocalJob
from .models import UNLIMITED, ExecutionResult, JobStatus, UserInfo

__all__ = [
    "UNLIMITED",
    "AsyncJob",
    "AsyncQCOSClient",
    "AuthenticationError",
    "CircuitError",
    "ConfigError",
    "Diagnostic",
    "ExecutionResult",
    "InfeasibleError",
    "Job",
    "JobCancelledError",
    "JobFailedError",
    "JobNotFoundError",
    "JobStatus",
    "LocalClient",
    "LocalEngineError",
    "LocalJob",
    "Note",
    "QCOSClient",
    "QCOSError",
    "QuotaExceededError",
    "RateLimitError",
    "TimeoutError",
    "UnreachableError",
    "UserInfo",
    "__version__",
]
