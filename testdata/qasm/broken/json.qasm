{"instructions": [{"name": "h", "qubits": [0]}]}
