package run

import (
	"fmt"

	"github.com/softquantus/qcos/internal/plan"
	"github.com/softquantus/qcos/internal/program/vm"
)

// What the classical variables of programs may take where no memory is asked for: a program that fills arrays should not have the machine's
// memory by accident. Many shots are a wish for many outcomes.
const (
	defaultMaxWords    = 24 << 20 // of 64 bits, in one history: more than the largest array has
	defaultMaxRecords  = 384 << 20
	recordBytesPerShot = 512
)

// What a word of a program's variables takes until it has been reported.
const (
	bytesPerWord         = 8
	bytesPerReportedWord = 64 // as a value of its own, and in a list of values
)

// limitVariables fills in MaxMemory and what follows from it.
func (o *Options) limitVariables() {
	if o.MaxMemory > 0 {
		o.maxWords, o.maxRecords = vm.MaxWords(o.MaxMemory), o.MaxMemory
		return
	}
	o.MaxMemory = DefaultMaxMemory()
	o.maxWords = min(defaultMaxWords, vm.MaxWords(o.MaxMemory))
	o.maxRecords = min(defaultMaxRecords+recordBytesPerShot*int64(o.Shots), o.MaxMemory)
}

// variablesError is the refusal of more classical values than fit.
func variablesError(need, have int64) error {
	return &InfeasibleError{
		Detail: fmt.Sprintf("the values that the program's variables have in different outcomes need %s or more, and %s may be used", plan.Bytes(need), plan.Bytes(have)),
		Next:   "declare smaller arrays and registers, or give a larger --max-memory",
	}
}
