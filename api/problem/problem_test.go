package problem_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/cabinetdesk/cabinet/api/problem"
	"github.com/cabinetdesk/cabinet/domain"
)

func TestAnInternalErrorTellsNothingOfItselfAndKeepsItsCause(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errors.New("secret of the database"), domain.ErrInternal.Because("secret of the database"),
		domain.ErrWithoutFact.Because("secret of the database"), domain.ErrInternal.Wrap(domain.ErrOutsideUnit)} {
		p := problem.From(err)
		if p.Status != http.StatusInternalServerError || p.Code != domain.ErrInternal.Code || strings.Contains(p.Detail, "secret") || !errors.Is(p, err) {
			t.Errorf("From(%v) = %+v", err, p)
		}
	}
}
