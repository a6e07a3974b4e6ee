package run

import (
	"fmt"

	"github.com/softquantus/qcos/internal/plan"
)

// What an outcome that is reported shot by shot takes until it has been written: its bits, its key, and its share of lists that
// grow by copying.
const (
	bytesPerShot       = 128
	bytesPerShotAndBit = 3
)

// checkShots refuses outcomes shot by shot where there are more than fit into memory.
func checkShots(w Workload, o *Options) error {
	if !o.Memory {
		return nil
	}
	each := int64(bytesPerShot + bytesPerShotAndBit*max(w.clbits(), w.Qubits()))
	if int64(o.Shots) <= o.MaxMemory/each {
		return nil
	}
	return &InfeasibleError{
		Detail: fmt.Sprintf("the outcomes of %d shots one by one need more than the %s that may be used", o.Shots, plan.Bytes(o.MaxMemory)),
		Next:   fmt.Sprintf("leave --memory out: counts have no such limit; or take at most %d shots", o.MaxMemory/each),
	}
}
