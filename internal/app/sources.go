package app

import (
	"context"
	"io"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
	"github.com/cabinetdesk/cabinet/reports"
)

// named answers what files of other tools say about people, teams and sites.
type named struct{ people *people.Service }

func (n named) Named(ctx context.Context, words []string) (map[string]domain.UserID, error) {
	return n.people.Named(ctx, words)
}

func (n named) Ensure(ctx context.Context, p cifile.Person) error {
	_, err := n.people.EnsurePerson(ctx, people.NewPerson{Login: p.Login, Name: p.Name, Email: p.Email, Inactive: !p.Active})
	return err
}

func (n named) Places(ctx context.Context) (map[string]domain.TeamID, map[string]domain.SiteID, error) {
	teams, err := n.people.TeamsByID(ctx)
	if err != nil {
		return nil, nil, err
	}
	sites, err := n.people.SitesByID(ctx)
	byTeam, bySite := map[string]domain.TeamID{}, map[string]domain.SiteID{}
	for id, t := range teams {
		byTeam[strings.ToLower(t.Name)] = id
	}
	for id, t := range teams { // a key is exact: it counts before a name
		byTeam[t.Key] = id
	}
	for id, s := range sites {
		bySite[strings.ToLower(s.Name)] = id
	}
	for id, s := range sites {
		bySite[s.Key] = id
	}
	return byTeam, bySite, err
}

// sheet is the first sheet of a workbook, as the reader of files wants it.
type sheet struct{ file io.ReadSeeker }

func openSheet(f io.ReadSeeker) (cifile.Table, error) { return sheet{f}, nil }

func (s sheet) Each(yield func(line int, cells []string) error) error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return cifile.ErrFile.Because("The file cannot be read twice.").Wrap(err)
	}
	return reports.ReadSheet(s.file, yield)
}
