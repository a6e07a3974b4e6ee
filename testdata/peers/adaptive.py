#!/usr/bin/env python3
"""Runs OpenQASM 3 programs on one peer, for `make bench-adaptive`:  adaptive.py aer|aer-branching|braket

Reads requests, a JSON object a line: {"text": the program, "shots": n}, and answers each with a line:
{"seconds": s, "counts": {key: n}} or {"error": "..."}. Keys have the highest bit leftmost. The program reports one
register of bits. Seconds of Aer are those of the run alone; Braket's LocalSimulator interprets the text as it runs.
"""
import json
import re
import sys
import time


def aer(**options):
    import qiskit
    import qiskit_aer
    import qiskit_qasm3_import

    simulator = qiskit_aer.AerSimulator(seed_simulator=1, max_parallel_threads=2, **options)

    def run(text, shots):
        circuit = qiskit.transpile(qiskit_qasm3_import.parse(text), simulator, optimization_level=0)
        began = time.perf_counter()
        result = simulator.run(circuit, shots=shots).result()
        if not result.success:
            raise RuntimeError(result.status)
        counts = result.get_counts()
        return time.perf_counter() - began, counts

    return run


BRAKET_GATES = {"cx": "cnot", "ccx": "ccnot", "cp": "cphaseshift", "p": "phaseshift"}


def braket():
    from braket.devices import LocalSimulator
    from braket.ir.openqasm import Program

    simulator = LocalSimulator()

    def run(text, shots):
        text = text.replace('include "stdgates.inc";\n', "")
        for ours, theirs in BRAKET_GATES.items():
            text = re.sub(rf"\b{ours}([ (])", rf"{theirs}\1", text)
        began = time.perf_counter()
        result = simulator.run(Program(source=text), shots=shots).result()
        counts = {key[::-1]: n for key, n in result.measurement_counts.items()}
        return time.perf_counter() - began, counts

    return run


PEERS = {
    "aer": aer,
    "aer-branching": lambda: aer(method="statevector", shot_branching_enable=True),
    "braket": braket,
}


def main():
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    run = PEERS[sys.argv[1]]()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            seconds, counts = run(request["text"], request["shots"])
            answer = {"seconds": seconds, "counts": counts}
        except Exception as e:
            answer = {"error": f"{type(e).__name__}: {e}"[:300]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
