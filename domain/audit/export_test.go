package audit

import (
	"golang.org/x/mod/sumdb/tlog"

	"github.com/cabinetdesk/cabinet/domain/audit/merkle"
)

// LeafHash and StoredNodes let the attackers of the tests do what the sealer does.
var (
	LeafHash    = merkle.LeafHash
	StoredNodes = tlog.StoredHashCount
)
