package machine

import "golang.org/x/sys/unix"

func system() Memory {
	total, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return Memory{}
	}
	return Memory{Total: int64(total), Available: int64(total)}
}

func withControlGroup(m Memory) Memory { return m }
