package config

import "os"

// Process is what the environment says about how to talk to the user, as opposed to what to do.
type Process struct {
	NoColor bool // NO_COLOR has any value (no-color.org)
	Dumb    bool // TERM is dumb: the terminal cannot go back on a line
	Debug   bool // QCOS_DEBUG has a value that is not 0 or false
}

// CurrentProcess reads the environment of this process.
func CurrentProcess() Process {
	debug := os.Getenv("QCOS_DEBUG")
	return Process{
		NoColor: os.Getenv("NO_COLOR") != "",
		Dumb:    os.Getenv("TERM") == "dumb",
		Debug:   debug != "" && debug != "0" && debug != "false",
	}
}
