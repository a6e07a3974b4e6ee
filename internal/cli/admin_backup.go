package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softquantus/qcos/internal/account"
	"github.com/softquantus/qcos/internal/store"
)

type adminBackupOptions struct {
	adminOptions
	path string
}

func newAdminBackupCommand(a *App) *cobra.Command {
	o := &adminBackupOptions{adminOptions: adminOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write an archive of the embedded database and the secret",
		Long: "Write an archive (tar, gzip) of the embedded database as it is at one moment, and of the server's secret, while the server\n" +
			"runs. The file gets mode 0600: whoever has it has all keys in hand. Unpacked into an empty folder it is the --data-dir of\n" +
			"another server. A PostgreSQL database is backed up with its own tools.",
		Example: "  qcos admin backup qcos-backup.tar.gz\n" +
			"  qcos admin backup monday.tar.gz && mkdir elsewhere && tar -xzf monday.tar.gz -C elsewhere && qcos admin user list --data-dir elsewhere",
		Args: oneArgument("a file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.path = args[0]
			return o.run(cmd.Context())
		},
	}
	o.addFlags(cmd)
	return cmd
}

func (o *adminBackupOptions) run(ctx context.Context) error {
	return o.with(ctx, func(ctx context.Context, db *store.DB, _ *account.Service) error {
		if err := db.Backup(ctx, o.path); err != nil {
			return err
		}
		words := fmt.Sprintf("✓ Backup written: %s\n⚠ It holds the server's secret too - store it as securely as the keys\n", o.path)
		return o.show(words, map[string]string{"file": o.path})
	})
}
