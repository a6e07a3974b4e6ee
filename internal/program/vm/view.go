package vm

import "github.com/softquantus/qcos/internal/program"

// EachFrame calls f with the places that a machine is at in all frames of its memory of so many words: the function's number, where it goes on, and its memory.
func EachFrame(p *program.Program, pc, fp int32, stack []Return, words int, f func(fn int, pc, from, to int32)) {
	from, fn := int32(0), 0
	for i, r := range stack {
		next := fp
		if i+1 < len(stack) {
			next = stack[i+1].FP
		}
		f(fn, r.PC, from, next)
		from, fn = next, int(p.Code[r.PC-1].A)
	}
	f(fn, pc, from, int32(words))
}

// View is the bits of all frames that matter to a machine that has stopped, by place in memory; see program.Flow.
func View(p *program.Program, flow *program.Flow, pc, fp int32, stack []Return, words int, needed bool) (all program.View) {
	EachFrame(p, pc, fp, stack, words, func(fn int, pc, from, to int32) {
		for _, b := range flow.View(fn, pc, needed) {
			b.First += from
			if b.N = min(b.N, to-b.First); b.N > 0 {
				all = append(all, b)
			}
		}
	})
	return all
}
