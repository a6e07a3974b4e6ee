//go:build unix

package account

import (
	"fmt"
	"os"
)

// checkMode refuses a file with a secret that others than its owner can open.
func checkMode(f *os.File, path string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return nil // a pipe or a mounted secret is its maker's business
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s holds the server's secret and has mode %04o: others can open it: chmod 600 %s", path, mode, path)
	}
	return nil
}
