package machine

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// memoryStatus is MEMORYSTATUSEX of the Windows API.
type memoryStatus struct {
	length, load                   uint32
	totalPhysical, availPhysical   uint64
	totalPageFile, availPageFile   uint64
	totalVirtual, availVirtual, ex uint64
}

var globalMemoryStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")

func system() Memory {
	var s memoryStatus
	s.length = uint32(unsafe.Sizeof(s))
	if ok, _, _ := globalMemoryStatus.Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return Memory{}
	}
	return Memory{Total: int64(s.totalPhysical), Available: int64(s.availPhysical)}
}

func withControlGroup(m Memory) Memory { return m }
