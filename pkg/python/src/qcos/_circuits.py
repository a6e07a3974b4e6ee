"""Circuits of other packages as OpenQASM, by those packages' own exporters."""

from __future__ import annotations

import sys
from typing import Any

from .errors import CircuitError


def to_qasm(circuit: Any) -> str:
    """OpenQASM source of a circuit: text as it is, and objects of Qiskit, Cirq and PennyLane."""
    if isinstance(circuit, str):
        return circuit
    module = type(circuit).__module__.partition(".")[0]
    if module == "qiskit":
        return _qiskit(circuit)
    if module == "cirq":
        return str(circuit.to_qasm())
    if module == "pennylane":
        return _pennylane(circuit)
    for name, convert in (("qiskit", _qiskit), ("cirq", lambda c: str(c.to_qasm())), ("pennylane", _pennylane)):
        if _derives_from(circuit, name):
            return convert(circuit)
    raise CircuitError(
        f"a circuit is OpenQASM text or an object of Qiskit, Cirq or PennyLane, not {type(circuit).__name__}",
        next="give its OpenQASM source",
    )


def _derives_from(circuit: Any, package: str) -> bool:
    return package in sys.modules and any(c.__module__.partition(".")[0] == package for c in type(circuit).__mro__)


def _qiskit(circuit: Any) -> str:
    if getattr(circuit, "parameters", None):
        names = ", ".join(sorted(p.name for p in circuit.parameters))
        raise CircuitError(f"the circuit has parameters without values: {names}", next="assign them: circuit.assign_parameters")
    from qiskit import qasm2, qasm3

    circuit = _without_composite_instructions(circuit)
    try:
        return str(qasm2.dumps(circuit))
    except qasm2.QASM2ExportError:  # control flow, for one
        try:
            return str(qasm3.dumps(circuit))
        except qasm3.QASM3ExporterError as e:
            raise CircuitError(f"Qiskit cannot write the circuit as OpenQASM: {e}", next="transpile it first") from e


def _without_composite_instructions(circuit: Any) -> Any:
    """The circuit with what the exporter writes wrongly replaced by what it is made of.

    Those are instructions that are no gates (initialize, subcircuits that reset), for it would write them as gates, which may not
    reset or measure; and gates whose parameters are no real numbers (a diagonal), for it would write those as they are.
    """
    from qiskit.circuit import Barrier, ControlFlowOp, Delay, Gate, Measure, Reset
    from qiskit.circuit.library import UnitaryGate

    plain = (Measure, Reset, Barrier, Delay, ControlFlowOp, UnitaryGate)

    def fits(operation: Any) -> bool:
        if isinstance(operation, plain) or operation.definition is None:
            return True
        return isinstance(operation, Gate) and not any(isinstance(p, complex) or hasattr(p, "shape") for p in operation.params)

    while True:
        names = {i.operation.name for i in circuit.data if not fits(i.operation)}
        if not names:
            return circuit
        circuit = circuit.decompose(gates_to_decompose=sorted(names))


def _pennylane(circuit: Any) -> str:
    import pennylane

    if isinstance(circuit, pennylane.QNode):
        circuit = pennylane.workflow.construct_tape(circuit)()
    return str(circuit.to_openqasm())
