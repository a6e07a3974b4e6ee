// Command qcos runs quantum programs on an exact simulator. See README.md and `qcos help`.
package main

import (
	"os"

	"github.com/softquantus/qcos/internal/cli"
)

func main() { os.Exit(cli.Main()) }
