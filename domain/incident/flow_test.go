package incident_test

import (
	"testing"

	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
	"github.com/cabinetdesk/cabinet/domain/incident"
)

func TestTheFlowIsSound(t *testing.T) { flowtest.Sound(t, incident.Flow) }
