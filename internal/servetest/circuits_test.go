package servetest

import (
	"fmt"
	"strings"
)

const bell = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n"

// dense is a circuit on which no simplification helps: layers of rotations and of entangling gates on all qubits.
func dense(qubits, layers int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[%d];\ncreg c[%d];\n", qubits, qubits)
	for l := range layers {
		for q := range qubits {
			fmt.Fprintf(&b, "u3(%d.%d,0.%d,0.3) q[%d];\n", l%3, 1+q%9, 1+l%9, q)
		}
		for q := l % 2; q+1 < qubits; q += 2 {
			fmt.Fprintf(&b, "cx q[%d],q[%d];\n", q, q+1)
		}
	}
	b.WriteString("measure q -> c;\n")
	return b.String()
}
