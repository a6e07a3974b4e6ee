// Package cli is the command line: it parses words and flags, reads files, calls the packages that do the work, and shows what
// they answer. It alone touches the terminal. Results go to standard output, words to standard error.
//
// Each command is a file: options (what it depends on, then its flags), a constructor that only parses, and a run function that
// knows nothing of Cobra. A command returns an error; exit.go is the one place that turns errors into words and exit codes.
package cli
