package config

import (
	"os"

	"golang.org/x/sys/windows"
)

func openNoWait(path string) (*os.File, error) { return os.Open(path) }

// ownedByUser tells whether a file belongs to the user of this process, or to the administrators, who own what an elevated
// process of the user makes.
func ownedByUser(path string, _ os.FileInfo) bool {
	descriptor, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return false
	}
	owner, _, err := descriptor.Owner()
	if err != nil {
		return false
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return false
	}
	return owner.Equals(user.User.Sid) || owner.IsWellKnown(windows.WinBuiltinAdministratorsSid)
}

// sharedMode is false: Windows keeps rights in lists, which the home folder passes on, and not in modes.
func sharedMode(os.FileInfo, os.FileMode) bool { return false }

// tryLock takes the file for this process unless another has it. Closing the file gives it back.
func tryLock(f *os.File) bool {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	return windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped)) == nil
}
