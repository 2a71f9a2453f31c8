package problem_test

import (
	"testing"

	"github.com/cabinetdesk/cabinet/domain/flow/flowtest"
	"github.com/cabinetdesk/cabinet/domain/problem"
)

func TestTheFlowIsSound(t *testing.T) { flowtest.Sound(t, problem.Flow) }
