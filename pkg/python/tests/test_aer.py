"""Circuits of Qiskit's library through qcos and through Aer: the same distributions. `make test-aer` installs Aer for it."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from conftest import binary

qiskit_aer = pytest.importorskip("qiskit_aer")

import numpy as np  # noqa: E402
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile  # noqa: E402
from qiskit.circuit import library as lib  # noqa: E402

from qcos.local import LocalClient  # noqa: E402
from qcos.qiskit import QCOSBackend, QCOSProvider  # noqa: E402

SHOTS = 8192


def measured(circuit: QuantumCircuit, seed: int = 1) -> QuantumCircuit:
    """The circuit with values for its parameters, from a state without symmetry, all qubits measured."""
    n = circuit.num_qubits
    c = QuantumCircuit(n)
    rng = np.random.default_rng(seed)
    for q in range(n):
        c.ry(rng.uniform(0.3, 2.5), q)
        c.rz(rng.uniform(0.3, 2.5), q)
    values = rng.uniform(-3, 3, len(circuit.parameters))
    c.compose(circuit.assign_parameters(values) if len(values) else circuit, inplace=True)
    c.measure_all()
    return c


def on_zeros(gate: object, zeros: int) -> QuantumCircuit:
    """A gate whose last qubits must be in |0>, measured."""
    c = QuantumCircuit(gate.num_qubits)  # type: ignore[attr-defined]
    for q in range(c.num_qubits - zeros):
        c.ry(0.4 + 0.3 * q, q)
    c.append(gate, range(c.num_qubits))
    c.measure_all()
    return c


def of_gate(gate: object) -> QuantumCircuit:
    c = QuantumCircuit(gate.num_qubits)  # type: ignore[attr-defined]
    c.append(gate, range(c.num_qubits))
    return c


def teleport() -> QuantumCircuit:
    q, a, b, out = QuantumRegister(3), ClassicalRegister(1, "a"), ClassicalRegister(1, "b"), ClassicalRegister(1, "out")
    c = QuantumCircuit(q, a, b, out)
    c.ry(1.1, 0)
    c.h(1)
    c.cx(1, 2)
    c.cx(0, 1)
    c.h(0)
    c.measure(0, a)
    c.measure(1, b)
    with c.if_test((b, 1)):
        c.x(2)
    with c.if_test((a, 1)):
        c.z(2)
    c.measure(2, out)
    return c


def with_reset() -> QuantumCircuit:
    c = QuantumCircuit(3, 3)
    c.h([0, 1, 2])
    c.cx(0, 1)
    c.measure(0, 0)
    c.reset(0)
    c.ry(0.7, 0)
    c.cx(0, 2)
    c.measure([0, 1, 2], [2, 1, 0])
    return c


def grover(n: int, marked: str) -> QuantumCircuit:
    oracle = QuantumCircuit(n)
    zeros = [i for i, b in enumerate(reversed(marked)) if b == "0"]
    oracle.x(zeros)
    oracle.h(n - 1)
    oracle.mcx(list(range(n - 1)), n - 1)
    oracle.h(n - 1)
    oracle.x(zeros)
    c = QuantumCircuit(n)
    c.h(range(n))
    for _ in range(2):
        c.compose(lib.grover_operator(oracle), inplace=True)
    c.measure_all()
    return c


def phase_estimation() -> QuantumCircuit:
    u = QuantumCircuit(1)
    u.p(2 * math.pi * 0.3, 0)
    c = QuantumCircuit(6)
    c.x(5)
    c.compose(lib.phase_estimation(5, u), inplace=True)
    c.measure_all()
    return c


def bernstein_vazirani() -> QuantumCircuit:
    c = QuantumCircuit(9, 8)
    c.x(8)
    c.h(range(9))
    c.cx([0, 2, 3, 7], 8)
    c.h(range(8))
    c.measure(range(8), range(8))
    return c


def amplitude_estimation() -> QuantumCircuit:
    a = QuantumCircuit(1)
    a.ry(2 * math.asin(math.sqrt(0.2)), 0)
    c = QuantumCircuit(5)
    c.h(range(4))
    c.ry(2 * math.asin(math.sqrt(0.2)), 4)
    for k in range(4):
        for _ in range(2**k):
            c.cry(4 * math.asin(math.sqrt(0.2)), k, 4)
    c.compose(lib.QFTGate(4).inverse(), range(4), inplace=True)
    c.measure_all()
    return c


def vqe() -> QuantumCircuit:
    return measured(lib.efficient_su2(6, reps=2, entanglement="full"), 5)


CIRCUITS: dict[str, Callable[[], QuantumCircuit]] = {
    "qft": lambda: measured(of_gate(lib.QFTGate(6))),
    "inverse qft": lambda: measured(of_gate(lib.QFTGate(5).inverse())),
    "efficient_su2": vqe,
    "real_amplitudes": lambda: measured(lib.real_amplitudes(6, reps=3)),
    "n_local": lambda: measured(lib.n_local(5, ["rx", "rz"], "crx", reps=2)),
    "excitation_preserving": lambda: measured(lib.excitation_preserving(4, reps=2)),
    "pauli_feature_map": lambda: measured(lib.pauli_feature_map(4, reps=2, paulis=["Z", "YY", "XX"])),
    "zz_feature_map": lambda: measured(lib.zz_feature_map(5)),
    "quantum_volume": lambda: measured(lib.quantum_volume(6, seed=3)),
    "iqp": lambda: measured(lib.random_iqp(6, seed=2)),
    "graph_state": lambda: measured(
        lib.GraphStateGate(np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])).definition
    ),
    "hidden_linear_function": lambda: measured(lib.hidden_linear_function([[1, 1, 0], [1, 0, 1], [0, 1, 1]])),
    "fourier_checking": lambda: measured(lib.fourier_checking([1, -1, 1, 1], [1, 1, -1, 1])),
    "mcx": lambda: measured(of_gate(lib.MCXGate(6))),
    "mcphase": lambda: measured(of_gate(lib.MCPhaseGate(0.9, 5))),
    "mcmt": lambda: measured(of_gate(lib.MCMTGate(lib.YGate(), 3, 2))),
    "permutation": lambda: measured(of_gate(lib.PermutationGate([2, 0, 3, 1, 4]))),
    "diagonal": lambda: measured(of_gate(lib.DiagonalGate(np.exp(1j * np.arange(16)).tolist()))),
    "unitary": lambda: measured(of_gate(lib.UnitaryGate(np.linalg.qr(np.random.default_rng(4).normal(size=(8, 8)))[0]))),
    "uc gate": lambda: measured(of_gate(lib.UCRYGate([0.1, 0.9, 1.7, 2.5]))),
    "modular adder": lambda: measured(of_gate(lib.ModularAdderGate(3))),
    "full adder": lambda: measured(of_gate(lib.FullAdderGate(2))),
    "multiplier": lambda: on_zeros(lib.MultiplierGate(2), 4),
    "integer comparator": lambda: measured(of_gate(lib.IntegerComparatorGate(3, 5))),
    "pauli evolution": lambda: measured(
        of_gate(
            lib.PauliEvolutionGate(__import__("qiskit").quantum_info.SparsePauliOp(["XXI", "IZZ", "YIY"], [0.3, 0.7, 0.2]), 1.3)
        )
    ),
    "state preparation": lambda: measured(
        of_gate(lib.StatePreparation((np.arange(1, 9) / np.linalg.norm(np.arange(1, 9))).tolist()))
    ),
    "inner product": lambda: measured(of_gate(lib.InnerProductGate(3))),
    "controlled user gate": lambda: measured(of_gate(vqe().remove_final_measurements(inplace=False).to_gate().control(1))),
    "teleport": teleport,
    "mid-circuit reset": with_reset,
    "grover": lambda: grover(5, "10110"),
    "phase estimation": phase_estimation,
    "bernstein-vazirani": bernstein_vazirani,
    "amplitude estimation": amplitude_estimation,
}


@pytest.fixture(scope="module")
def backend() -> QCOSBackend:
    return QCOSProvider(local=LocalClient(binary=binary())).get_backend("qcos_local")


@pytest.mark.parametrize("name", CIRCUITS)
def test_like_aer(name: str, backend: QCOSBackend) -> None:
    circuit = CIRCUITS[name]()
    aer = qiskit_aer.AerSimulator(seed_simulator=11)
    theirs = aer.run(transpile(circuit, aer), shots=SHOTS).result().get_counts()
    ours = backend.run(transpile(circuit, backend, optimization_level=1), shots=SHOTS, seed_simulator=12).result().get_counts()
    raw = backend.run(circuit, shots=SHOTS, seed_simulator=13).result().get_counts()
    for mine in (ours, raw):
        assert sum(mine.values()) == SHOTS
        for key in theirs.keys() | mine.keys():
            a, b = theirs.get(key, 0), mine.get(key, 0)
            p = (a + b) / (2 * SHOTS)
            bound = 5 * math.sqrt(2 * SHOTS * p * (1 - p)) + 2  # of the difference of two binomials
            assert abs(a - b) <= bound, f"{name}, outcome {key}: {a} by Aer, {b} here, of {SHOTS}; at most {bound:.0f} apart"
