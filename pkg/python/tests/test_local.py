from __future__ import annotations

import math
import stat
from pathlib import Path

import pytest
from conftest import binary
from test_client import BELL

import qcos
from qcos import QCOSClient
from qcos.local import LocalClient, find_binary


@pytest.fixture
def local() -> LocalClient:
    return QCOSClient.local(binary=binary())


def test_execute(local: LocalClient) -> None:
    r = local.execute(BELL, shots=1000, seed=7)
    assert (r.status, r.backend, sum(r.counts.values()), r.shots, r.num_qubits) == ("completed", "local", 1000, 1000, 2)
    assert abs(r.counts["00"] - 500) < 5 * math.sqrt(250)
    assert r.counts == local.execute(BELL, shots=1000, seed=7).counts


def test_exact_answers(local: LocalClient) -> None:
    r = local.execute(BELL, probabilities=True, statevector=True, memory=True, shots=3)
    assert r.probabilities is not None
    assert r.probabilities["11"] == pytest.approx(0.5, abs=1e-12)
    assert r.statevector is not None
    assert [abs(a) ** 2 for a in r.statevector] == pytest.approx([0.5, 0, 0, 0.5], abs=1e-12)
    assert r.memory is not None
    assert len(r.memory) == 3


def test_bit_order(local: LocalClient) -> None:
    head = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[3];\ncreg a[2];\ncreg b[1];\n'
    text = head + "x q[0];\nmeasure q[0]->a[0];\nmeasure q[1]->a[1];\nmeasure q[2]->b[0];\n"
    assert local.execute(text, shots=5).counts == {"0 01": 5}


def test_many(local: LocalClient) -> None:
    results = local.execute_many([BELL] * 40 + ["nonsense"], shots=10, return_errors=True)
    assert all(isinstance(r, qcos.ExecutionResult) and sum(r.counts.values()) == 10 for r in results[:40])
    assert isinstance(results[40], qcos.CircuitError)
    with pytest.raises(qcos.CircuitError):
        local.execute_many([BELL, "nonsense"])
    assert local.execute_many([]) == []


def test_errors(local: LocalClient) -> None:
    with pytest.raises(qcos.CircuitError) as e:
        local.execute('OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nhh q[0];\n')
    assert e.value.errors[0].line == 4
    assert e.value.errors[0].column == 1
    wide = (
        'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[60];\n'
        + "".join(f"u3(0.{i},0.2,0.3) q[{i}]; cx q[{i}],q[{(i + 7) % 60}];\n" for i in range(10, 60)) * 3
    )
    with pytest.raises(qcos.InfeasibleError):
        local.execute(wide, method="statevector")
    with pytest.raises(qcos.QCOSError):
        local.execute(BELL, method="teleportation")
    with pytest.raises(qcos.QCOSError):
        local.execute(BELL, shots=0)


def test_submit(local: LocalClient) -> None:
    with local:
        job = local.submit(BELL, shots=20)
        assert sum(job.wait(60).counts.values()) == 20
        assert job.status().status == "completed"
        with pytest.raises(qcos.CircuitError):
            local.submit("nonsense").wait(60)


def test_explain(local: LocalClient) -> None:
    assert local.explain(BELL)["method"] == "stabilizer"


def test_no_binary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sysconfig.get_path", lambda *a: "/nowhere")
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(qcos.LocalEngineError, match="carries no qcos binary") as e:
        find_binary()
    assert "wheel" in e.value.next


def test_a_program_that_is_another(tmp_path: Path) -> None:
    other = tmp_path / "qcos"
    other.write_text("#!/bin/sh\necho 'no such thing' >&2; exit 9\n")
    other.chmod(other.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(qcos.LocalEngineError, match="no such thing"):
        LocalClient(binary=other).execute(BELL)
    with pytest.raises(qcos.LocalEngineError, match="cannot be run"):
        LocalClient(binary=tmp_path / "absent").execute(BELL)


def test_timeout(tmp_path: Path) -> None:
    slow = tmp_path / "qcos"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(slow.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(qcos.TimeoutError):
        LocalClient(binary=slow).execute(BELL, timeout=0.2)


def test_circuits_of_other_packages(local: LocalClient) -> None:
    class Circuit: ...

    with pytest.raises(qcos.CircuitError, match="not Circuit"):
        local.execute(Circuit())
    qiskit = pytest.importorskip("qiskit")
    c = qiskit.QuantumCircuit(3, 3)
    c.x(0)
    c.measure([0, 1, 2], [0, 1, 2])
    assert local.execute(c, shots=4).counts == {"001": 4}


def test_circuits_of_cirq(local: LocalClient) -> None:
    cirq = pytest.importorskip("cirq")
    a, b, c = cirq.LineQubit.range(3)
    counts = local.execute(cirq.Circuit(cirq.X(a), cirq.I(b), cirq.I(c), cirq.measure(a, b, c, key="m")), shots=4).counts
    assert counts == {"001": 4}


def test_circuits_of_pennylane(local: LocalClient) -> None:
    qml = pytest.importorskip("pennylane")
    tape = qml.tape.QuantumScript([qml.PauliX(0), qml.Identity(1), qml.Identity(2)], [qml.counts(wires=[0, 1, 2])], shots=4)
    assert local.execute(tape, shots=4).counts == {"001": 4}
