package request_test

import (
	"testing"

	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
	"github.com/cabinetdesk/cabinet/domain/request"
)

func TestTheFlowIsSound(t *testing.T) { flowtest.Sound(t, request.Flow) }

func TestTheFlowOfTasksIsSound(t *testing.T) { flowtest.Sound(t, request.TaskFlow) }
