package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/spelling"
)

func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND | TOPIC]",
		Short:   "Show the help of a command or a topic",
		Long:    "Show the help of a command, or one of the topics.",
		Example: "  qcos help execute\n  qcos help exit-codes",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noSuchTopic(cmd.Root(), args)
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

func noSuchTopic(root *cobra.Command, args []string) error {
	word := strings.Join(args, " ")
	e := &UsageError{Detail: fmt.Sprintf("no help for %q", word), Next: "qcos help lists the commands and topics"}
	if near := spelling.Nearest(word, commandNames(root)); near != "" {
		e.Next = fmt.Sprintf("did you mean qcos help %s?", near)
	}
	return e
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	return names
}

// helpTopics are commands that only have something to read: `qcos help TOPIC`.
func helpTopics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesText()},
		{Use: "output", Short: "How counts are written, and the members of the JSON", Long: outputText},
	}
}

func exitCodesText() string {
	var b strings.Builder
	b.WriteString("Exit codes of qcos:\n\n")
	for _, c := range codes {
		fmt.Fprintf(&b, "  %3d  %s\n", c.code, c.meaning)
	}
	b.WriteString("\nWith several files the run goes on after a failure; the highest code is returned, 130 above all.")
	return b.String()
}

const outputText = `Counts have bit strings as keys. The highest-numbered bit of a register stands leftmost, so c[0] is the rightmost
character; several registers are separated by one space, the last declared leftmost. All classical registers are part of a key,
measured or not. A program that measures nothing has all its qubits measured at the end into a register meas.

With --format json, qcos execute writes one object a line and file, with these members in this order:

  file                    as given on the command line
  status                  completed or failed
  job_id                  the job at the server; null: the run was local, or nothing was sent
  counts                  {"KEY": how often}, the most frequent first
  shots                   how many were asked for
  num_qubits              declared by the program
  num_clbits              in a key, without the spaces
  backend                 local or remote
  device                  cpu, or what the server calls its own
  method                  which method of simulation ran
  precision               double or single
  kernel                  which implementation of the inner loops ran
  seed                    the same seed, version, method, precision and kernel give the same counts
  execution_time_seconds  to simplify, plan, run and sample; reading the program is not included
  peak_memory_bytes       held by the method at once
  warnings                a list of sentences
  error                   null, or {"code", "detail", "errors"}; errors are the diagnostics of an invalid program
  memory                  with --memory: a key a shot
  probabilities           with --probabilities: {"KEY": exact probability}, the 4,096 largest, ties by key
  probabilities_complete  with --probabilities: whether none was left out
  statevector             with --statevector: [[re,im],...], index sum of q_k 2^k over the declared qubits in order, q[0] lowest;
                          the global phase is included, the measurements at the end are not applied
  variables               with --variables: {"NAME": {"type", "values": [{"value", "count"}]}}, the outputs of an OpenQASM 3 program
                          or, where it declares none, all its global classical variables; registers as in keys, integers above
                          2^53, NaN and infinities as strings, an angle as {"bits", "radians"}, a complex number as [re,im],
                          a duration as {"seconds"} or {"dt"}, arrays as nested lists
  joint                   with --variables: [{"values": {"NAME": value}, "count"}], the distinct values of all variables together,
                          the most frequent first, at most 4,096

Where a run failed, what it did not come to know is 0, "" or empty.

With --dry-run a line says what would become of the file: {"file", "accepted", "backend", "num_qubits", "num_clbits", "num_operations",
"shots", "method", "precision", "estimated_seconds", "estimated_bytes", "tier", "jobs_today", "daily_limit", "warnings", "error"};
tier and jobs are null for a run on this machine, and daily_limit is null where there is none.

qcos test --format json writes one object a line and test: file, test (a function of QUTest's, where there is one), status (passed, failed
or error), exact, shots (0 where exact), seed, job_id, execution_time_seconds, error, and checks, a list of
{"kind", "title", "file", "line", "pass", "exact", "false_alarm_rate", "detail", "rows"}; rows compare outcomes:
{"outcome", "expected", "seen"}.`
