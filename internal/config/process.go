package config

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// Process is what the environment says about how to talk to the user, as opposed to what to do.
type Process struct {
	NoColor bool // NO_COLOR has any value (no-color.org)
	Dumb    bool // TERM is dumb: the terminal cannot go back on a line
	Debug   bool // QCOS_DEBUG has a value that is not 0 or false

	// Remote says that the user sits at another machine, over SSH. Display says that a browser's window can be shown here, and
	// Browser which one the user wants; "" leaves it to the system.
	Remote  bool
	Display bool
	Browser string

	GitHubActions bool // GITHUB_ACTIONS is true: what is printed may hold annotations
}

// CurrentProcess reads the environment of this process.
func CurrentProcess() Process {
	debug := os.Getenv("QCOS_DEBUG")
	return Process{
		NoColor: os.Getenv("NO_COLOR") != "",
		Dumb:    os.Getenv("TERM") == "dumb",
		Debug:   debug != "" && debug != "0" && debug != "false",
		Remote:  os.Getenv("SSH_CONNECTION") != "" || os.Getenv("SSH_TTY") != "",
		Display: hasDisplay(),
		Browser: os.Getenv("BROWSER"),

		GitHubActions: os.Getenv("GITHUB_ACTIONS") == "true",
	}
}

func hasDisplay() bool {
	switch runtime.GOOS {
	case "darwin", "ios", "windows":
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// HasSessionBus tells whether the desktop session has a message bus, over which its keyring is reached. Where there is none,
// asking for one would start one. Systems other than Linux and the BSDs have their keyrings elsewhere: true.
func HasSessionBus() bool {
	switch runtime.GOOS {
	case "darwin", "ios", "windows":
		return true
	}
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	_, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "bus"))
	return err == nil
}
