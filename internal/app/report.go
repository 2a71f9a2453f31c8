package app

import "github.com/cabinetdesk/cabinet/internal/db"

type reportCmd struct {
	IncidentSummary incidentSummaryCmd `cmd:"" help:"Count all incidents."`
}

type incidentSummaryCmd struct {
	Format string `default:"table" enum:"table,json" help:"table or json."`
}

func (c incidentSummaryCmd) Run(r *run) error {
	desk, done, err := r.open(false, db.Config{Shared: true})
	if err != nil {
		return err
	}
	defer done()
	s, err := desk.Reports.IncidentSummary(r.operator())
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return printJSON(r.out, s)
	}
	return s.Print(r.out)
}
