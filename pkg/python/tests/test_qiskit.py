from __future__ import annotations

import math
import random
from typing import Any

import pytest
from conftest import KEY, FakeServer, Reply, Request, binary, completed

qiskit = pytest.importorskip("qiskit")

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile  # noqa: E402
from qiskit.circuit.library import get_standard_gate_name_mapping  # noqa: E402
from qiskit.providers import JobStatus  # noqa: E402
from qiskit.quantum_info import Statevector  # noqa: E402

from qcos import ConfigError, QCOSClient  # noqa: E402
from qcos.local import LocalClient  # noqa: E402
from qcos.qiskit import _GATES, QCOSBackend, QCOSProvider, QCOSSampler  # noqa: E402


@pytest.fixture
def backend() -> QCOSBackend:
    return QCOSProvider(local=LocalClient(binary=binary())).get_backend("qcos_local")


def test_bit_order_and_registers(backend: QCOSBackend) -> None:
    a, b = ClassicalRegister(2, "a"), ClassicalRegister(3, "b")
    c = QuantumCircuit(QuantumRegister(4), a, b)
    c.x([0, 3])
    c.measure([0, 1], a)
    c.measure([3], [b[2]])
    counts = backend.run(c, shots=7).result().get_counts()
    assert counts == {"100 01": 7}


def test_sampler_keys_by_register(backend: QCOSBackend) -> None:
    a, b = ClassicalRegister(2, "a"), ClassicalRegister(1, "b")
    c = QuantumCircuit(QuantumRegister(3), a, b)
    theta = qiskit.circuit.Parameter("theta")
    c.rx(theta, 0)
    c.measure([0, 1], a)
    c.x(2)
    c.measure([2], b)
    result = QCOSSampler(backend).run([(c, [[0.0], [math.pi]])], shots=50).result()[0]
    assert result.data.a.get_counts(0) == {"00": 50}
    assert result.data.a.get_counts(1) == {"01": 50}
    assert result.data.b.get_counts() == {"1": 100}


def test_gates_stay_as_they_are(backend: QCOSBackend) -> None:
    library = get_standard_gate_name_mapping()
    c = QuantumCircuit(4)
    for name in _GATES:
        gate = library[name]
        c.append(gate.base_class(*[0.1 * (i + 1) for i in range(len(gate.params))]), list(range(gate.num_qubits)))
    for level in (0, 1):
        t = transpile(c, backend, optimization_level=level)
        assert level == 1 or t.count_ops() == c.count_ops()


@pytest.mark.parametrize("seed", range(8))
def test_random_circuits(backend: QCOSBackend, seed: int) -> None:
    r, shots = random.Random(seed), 4000
    c = QuantumCircuit(5)
    library = get_standard_gate_name_mapping()
    for _ in range(25):
        gate = library[r.choice(_GATES)]
        c.append(gate.base_class(*[r.uniform(-4, 4) for _ in gate.params]), r.sample(range(5), gate.num_qubits))
    exact = Statevector(c).probabilities_dict()
    c.measure_all()
    counts = backend.run(transpile(c, backend), shots=shots, seed_simulator=seed).result().get_counts()
    for key in exact.keys() | counts.keys():
        p = min(1.0, exact.get(key, 0.0))
        bound = 5 * math.sqrt(shots * p * (1 - p)) + 1
        assert abs(counts.get(key, 0) - shots * p) <= bound, f"seed {seed}, outcome {key}"


def test_several_circuits_and_memory(backend: QCOSBackend) -> None:
    circuits = []
    for i in range(4):
        c = QuantumCircuit(2, 2)
        c.initialize(i)
        c.measure([0, 1], [0, 1])
        circuits.append(c)
    result = backend.run(circuits, shots=3, memory=True).result()
    assert [result.get_memory(i) for i in range(4)] == [["00"] * 3, ["01"] * 3, ["10"] * 3, ["11"] * 3]


def test_unknown_options_are_refused(backend: QCOSBackend) -> None:
    with pytest.raises((ConfigError, AttributeError)):
        backend.run(QuantumCircuit(1), shots=1, noise_model="loud")


def test_remote_jobs(server: FakeServer) -> None:
    accepted: dict[str, Any] = {}

    def script(r: Request) -> Reply:
        if r.path == "/user/me":
            return Reply(
                200,
                {
                    "user": "u",
                    "tier": "pro",
                    "jobs_today": 0,
                    "daily_limit": 100,
                    "max_qubits": 50,
                    "max_shots": 10,
                    "priority": "normal",
                },
            )
        if r.path == "/execute":
            accepted[r.body["job_id"]] = r.body
            return Reply(200, {"job_id": r.body["job_id"], "status": "queued"})
        job_id = r.path.split("/")[2].split("?")[0]
        return Reply(200, completed(job_id)) if job_id in accepted else Reply(404, {"detail": "no such job", "code": "not_found"})

    server.script = script
    c = QuantumCircuit(2, 2)
    c.h(0)
    c.cx(0, 1)
    c.measure([0, 1], [0, 1])
    with QCOSClient(KEY, server.url) as client:
        backend = QCOSProvider(client).get_backend("qcos")
        assert backend.num_qubits == 50
        job = backend.run([c, c, c])
        assert len(accepted) == 3
        assert job.result().get_counts(2) == {"00": 500, "11": 524}
    with QCOSClient(KEY, server.url) as client:  # as another process would
        again = QCOSProvider(client).job(job.job_id())
        assert again.status() == JobStatus.DONE
        assert again.result().get_counts(1) == {"00": 500, "11": 524}
