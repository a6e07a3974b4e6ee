//go:build !amd64

package kernel

// machineSets is empty where there is no assembly.
func machineSets[F Float]() []*Set[F] { return nil }
