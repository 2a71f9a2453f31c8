package audit

import (
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/cabinetdesk/cabinet/domain/audit/merkle"
)

// LeafHash and StoredNodes let the attackers of the tests do what the sealer does.
var (
	LeafHash    = merkle.LeafHash
	StoredNodes = tlog.StoredHashCount
)

// Sign signs a checkpoint under its origin.
func Sign(c *Checkpoint, k *Key) error { return c.sign(k) }

// SignAs signs a checkpoint under another name than its origin.
func SignAs(name string, c *Checkpoint, k *Key) error {
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signer{name, k})
	c.Note = string(signed)
	return err
}
