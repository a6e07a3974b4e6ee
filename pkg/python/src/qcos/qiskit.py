"""qcos as a backend of Qiskit, on this machine or through the API.

>>> from qcos.qiskit import QCOSProvider
>>> backend = QCOSProvider().get_backend("qcos_local")     # in the place of AerSimulator()
>>> backend.run(circuit, shots=1024).result().get_counts()
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

from qiskit.circuit import (
    Barrier,
    ForLoopOp,
    IfElseOp,
    Measure,
    QuantumCircuit,
    Reset,
    SwitchCaseOp,
    WhileLoopOp,
)
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.primitives import BackendSamplerV2
from qiskit.providers import BackendV2, JobStatus, JobV1, Options
from qiskit.result import Result
from qiskit.result.models import ExperimentResult, ExperimentResultData
from qiskit.transpiler import Target

from ._version import __version__
from .client import QCOSClient
from .errors import ConfigError, QCOSError
from .local import LocalClient
from .models import ExecutionResult

# The gates that go to qcos by name. Everything else is a definition in the program, and the transpiler need not touch it.
_GATES = [
    *("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg", "p", "r", "rx", "ry", "rz", "u", "u1", "u2", "u3"),
    *("cx", "cy", "cz", "ch", "cs", "csdg", "csx", "cp", "crx", "cry", "crz", "cu", "cu1", "cu3", "swap", "iswap", "dcx", "ecr"),
    *("rxx", "ryy", "rzz", "rzx", "xx_minus_yy", "xx_plus_yy", "ccx", "ccz", "cswap", "rccx", "rcccx", "c3sx"),
]
_CONTROL_FLOW = {"if_else": IfElseOp, "for_loop": ForLoopOp, "while_loop": WhileLoopOp, "switch_case": SwitchCaseOp}

LOCAL_QUBITS = 4096  # of the target; what really fits is the planner's word on each circuit


class QCOSProvider:
    """The backends: ``qcos_local``, which runs on this machine, and ``qcos``, the API that the key belongs to.

    client is the QCOSClient of the remote backend. Without one it is made from the settings when it is first needed.
    """

    def __init__(self, client: QCOSClient | None = None, *, local: LocalClient | None = None) -> None:
        self._client = client
        self._local = local

    def backends(self, name: str | None = None) -> list[QCOSBackend]:
        """The backends, or the one of this name. The remote one is listed where a key is found."""
        found = [self.get_backend("qcos_local")]
        with contextlib.suppress(QCOSError):
            found.append(self.get_backend("qcos"))
        return [b for b in found if name in (None, b.name)]

    def get_backend(self, name: str = "qcos_local") -> QCOSBackend:
        """The backend of this name."""
        if name == "qcos_local":
            self._local = self._local or LocalClient()
            return QCOSBackend(self._local, name=name, num_qubits=LOCAL_QUBITS)
        if name == "qcos":
            self._client = self._client or QCOSClient()
            return QCOSBackend(self._client, name=name, num_qubits=self._client.get_user_info().max_qubits)
        raise ConfigError(f'unknown backend "{name}"', next="the backends are qcos_local and qcos")

    def job(self, job_id: str) -> QCOSJob:
        """A job that was submitted to the API before, in this process or another."""
        return QCOSJob(self.get_backend("qcos"), job_id, _job_ids(job_id), None)


class QCOSBackend(BackendV2):  # type: ignore[misc]
    """A backend for QuantumCircuits. Its target has every gate that qcos knows, on all qubits, so that the transpiler leaves
    circuits as they are."""

    def __init__(self, client: QCOSClient | LocalClient, *, name: str, num_qubits: int) -> None:
        super().__init__(name=name, description="exact simulator of quantum circuits", backend_version=__version__)
        self.client = client
        self._target = _target(num_qubits)

    @property
    def target(self) -> Target:
        return self._target

    @property
    def max_circuits(self) -> None:
        return None

    @classmethod
    def _default_options(cls) -> Options:
        options = Options(shots=1024, seed_simulator=None, memory=False, method=None)
        options.set_validator("shots", (1, 1 << 40))
        return options

    def run(self, run_input: QuantumCircuit | Sequence[QuantumCircuit], **options: Any) -> QCOSJob:
        """Runs circuits. The options are shots, seed_simulator, memory and method; others are refused."""
        circuits = [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        settings = {**dict(self.options), **{k: v for k, v in options.items() if v is not None}}
        unknown = set(settings) - {"shots", "seed_simulator", "memory", "method"}
        if unknown:
            raise ConfigError(
                f"unknown option {', '.join(sorted(unknown))}", next="the options are shots, seed_simulator, memory and method"
            )
        if isinstance(self.client, LocalClient):
            return QCOSJob(self, str(uuid.uuid4()), [], circuits, _run_local(self.client, circuits, settings))
        group = str(uuid.uuid4())
        job_id = group if len(circuits) == 1 else f"{group}.n{len(circuits)}"
        ids = _job_ids(job_id)
        for circuit, one in zip(circuits, ids, strict=True):
            self.client.submit(
                circuit,
                settings["shots"],
                seed=settings["seed_simulator"],
                method=settings["method"],
                memory=settings["memory"],
                job_id=one,
                name=circuit.name[:100],
                tags=["qiskit"],
            )
        return QCOSJob(self, job_id, ids, circuits)


def _job_ids(job_id: str) -> list[str]:
    """The jobs of the API behind a job of Qiskit, which may have many circuits: ID.n3 stands for ID-0, ID-1 and ID-2."""
    group, _, n = job_id.rpartition(".n")
    return [f"{group}-{i}" for i in range(int(n))] if group and n.isdigit() else [job_id]


def _run_local(client: LocalClient, circuits: list[QuantumCircuit], settings: dict[str, Any]) -> list[ExecutionResult]:
    results = client.execute_many(
        circuits,
        settings["shots"],
        seed=settings["seed_simulator"],
        method=settings["method"],
        memory=settings["memory"],
    )
    return [r for r in results if isinstance(r, ExecutionResult)]


def _target(num_qubits: int) -> Target:
    target = Target(num_qubits=num_qubits)
    library = get_standard_gate_name_mapping()
    for name in _GATES:
        target.add_instruction(library[name])
    for instruction in (Measure(), Reset(), Barrier(1)):
        target.add_instruction(instruction if instruction.name != "barrier" else Barrier, name=instruction.name)
    for name, kind in _CONTROL_FLOW.items():
        target.add_instruction(kind, name=name)
    return target


class QCOSJob(JobV1):  # type: ignore[misc]
    """A run of one or several circuits."""

    def __init__(
        self,
        backend: QCOSBackend,
        job_id: str,
        ids: list[str],
        circuits: list[QuantumCircuit] | None,
        results: list[ExecutionResult] | None = None,
    ) -> None:
        super().__init__(backend, job_id)
        self._ids = ids
        self._circuits = circuits
        self._results = results

    def submit(self) -> None:
        """Jobs are submitted by QCOSBackend.run."""
        raise ConfigError("a job is submitted by backend.run")

    def result(self, timeout: float | None = None) -> Result:
        """Waits for all circuits. The counts are keyed as Qiskit keys them."""
        if self._results is None:
            client = self._remote()
            self._results = [client.job(i).wait(timeout) for i in self._ids]
        circuits: Iterable[QuantumCircuit | None] = self._circuits or [None] * len(self._results)
        backend = self.backend()
        return Result(
            backend_name=backend.name,
            backend_version=backend.backend_version,
            job_id=self.job_id(),
            success=True,
            date=datetime.now(timezone.utc),
            results=[_experiment(r, c) for r, c in zip(self._results, circuits, strict=True)],
        )

    def status(self) -> JobStatus:
        """The state of the least advanced circuit."""
        if self._results is not None:
            return JobStatus.DONE
        states = [self._remote().job(i).status().status for i in self._ids]
        for name, status in (
            ("failed", JobStatus.ERROR),
            ("cancelled", JobStatus.CANCELLED),
            ("queued", JobStatus.QUEUED),
        ):
            if name in states:
                return status
        return JobStatus.DONE if all(s == "completed" for s in states) else JobStatus.RUNNING

    def cancel(self) -> bool:
        """Asks the API to stop what has not finished."""
        if self._results is not None:
            return False
        return any(self._remote().job(i).cancel().status == "cancelled" for i in self._ids)

    def _remote(self) -> QCOSClient:
        client = self.backend().client
        assert isinstance(client, QCOSClient)
        return client


def _experiment(r: ExecutionResult, circuit: QuantumCircuit | None) -> ExperimentResult:
    key = next(iter(r.counts), "")
    sizes = [len(part) for part in reversed(key.split(" "))] if key else []
    names = [f"c{i}" for i in range(len(sizes))]
    if circuit is not None and [c.size for c in circuit.cregs] == sizes:
        names = [c.name for c in circuit.cregs]
    elif len(sizes) == 1:
        names = ["meas"]
    data: dict[str, Any] = {"counts": {_hexadecimal(k): n for k, n in r.counts.items()}}
    if r.memory is not None:
        data["memory"] = [_hexadecimal(k) for k in r.memory]
    header = {
        "name": circuit.name if circuit is not None else "",
        "creg_sizes": [[n, s] for n, s in zip(names, sizes, strict=True)],
        "memory_slots": sum(sizes),
        "n_qubits": r.num_qubits,
        "metadata": (circuit.metadata or {}) if circuit is not None else {},
    }
    return ExperimentResult(
        shots=r.shots,
        success=True,
        data=ExperimentResultData(**data),
        header=header,
        seed=r.seed,
        time_taken=r.execution_time_seconds,
        method=r.method,
    )


def _hexadecimal(key: str) -> str:
    return hex(int(key.replace(" ", "") or "0", 2))


class QCOSSampler(BackendSamplerV2):  # type: ignore[misc]
    """Qiskit's SamplerV2 on a backend of qcos: results are keyed by the names of classical registers.

    Without a backend it runs on this machine.
    """

    def __init__(self, backend: QCOSBackend | None = None, *, options: dict[str, Any] | None = None) -> None:
        super().__init__(backend=backend or QCOSProvider().get_backend(), options=options)


SamplerV2 = QCOSSampler

__all__ = ["QCOSBackend", "QCOSJob", "QCOSProvider", "QCOSSampler", "SamplerV2"]
