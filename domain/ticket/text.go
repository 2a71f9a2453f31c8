package ticket

import (
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
)

// How long texts may be, in bytes.
const (
	MaxTitle = 300
	MaxText  = 100_000
	MaxShort = 200
)

// Clean checks a text that people wrote (domain.CleanText).
func Clean(location, s string, max int) (string, error) { return domain.CleanText(location, s, max) }

// Line checks a text of one line, such as a title (domain.CleanLine).
func Line(location, s string, max int) (string, error) { return domain.CleanLine(location, s, max) }

// Title checks a title: one line, not empty.
func Title(s string) (string, error) {
	s, err := Line("body.title", s, MaxTitle)
	if err != nil {
		return "", err
	}
	if s = strings.TrimSpace(s); s == "" {
		return "", ErrTitle.With("body.title", "say in a few words what this is about")
	}
	return s, nil
}

// Texts cleans several optional texts in place: location → text.
func Texts(fields map[string]*string, max int) error {
	for location, s := range fields {
		if s == nil {
			continue
		}
		c, err := Clean("body."+location, *s, max)
		if err != nil {
			return err
		}
		*s = c
	}
	return nil
}

// Reason checks a reason that must be given.
func Reason(s string) (string, error) {
	s, err := Clean("body.reason", s, MaxText)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(s) == "" {
		return "", ErrNoReason.With("body.reason", "say why")
	}
	return s, nil
}
