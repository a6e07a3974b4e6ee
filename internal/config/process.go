package config

import "os"

// Process is what the environment says about how a process shows itself. These are not settings: they have no flag, no place in
// config.json and, but for QCOS_DEBUG, belong to all programs.
type Process struct {
	NoColor bool // NO_COLOR is set to anything, see no-color.org
	Dumb    bool // TERM is dumb: a terminal that only prints
	Debug   bool // QCOS_DEBUG is set to anything but 0
}

// CurrentProcess reads the environment.
func CurrentProcess() Process {
	debug := os.Getenv("QCOS_DEBUG")
	return Process{
		NoColor: os.Getenv("NO_COLOR") != "",
		Dumb:    os.Getenv("TERM") == "dumb",
		Debug:   debug != "" && debug != "0",
	}
}
