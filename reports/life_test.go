package reports_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/changes/cab"
	"github.com/cabinetdesk/cabinet/changes/cause"
	"github.com/cabinetdesk/cabinet/changes/pipeline"
	"github.com/cabinetdesk/cabinet/changes/review"
	"github.com/cabinetdesk/cabinet/changes/work"
	"github.com/cabinetdesk/cabinet/cmdb"
	"github.com/cabinetdesk/cabinet/domain/approval"
	"github.com/cabinetdesk/cabinet/domain/ticket"
	"github.com/cabinetdesk/cabinet/internal/testkit/world"
	"github.com/cabinetdesk/cabinet/reports"
)

// sheets are a workbook as rows by sheet, each by the name of its column.
type sheets map[string][]map[string]string

func exported(t *testing.T, w *world.World, by, query string) sheets {
	t.Helper()
	var out bytes.Buffer
	if _, _, err := w.Exports.Write(w.As(by), request(t, "changes", "xlsx", query), &out, nil); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b := sheets{}
	for _, sheet := range f.GetSheetList()[1:] {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		b[sheet] = []map[string]string{}
		for _, row := range rows[1:] {
			x := map[string]string{}
			for i, v := range row {
				x[rows[0][i]] = v
			}
			b[sheet] = append(b[sheet], x)
		}
	}
	return b
}

// find is the row of a sheet in which columns have values.
func (b sheets) find(t *testing.T, sheet string, want ...string) map[string]string {
	t.Helper()
	for _, row := range b[sheet] {
		found := true
		for i := 0; i < len(want); i += 2 {
			found = found && strings.Contains(row[want[i]], want[i+1])
		}
		if found {
			return row
		}
	}
	t.Errorf("%s has no row with %v: %v", sheet, want, b[sheet])
	return nil
}

// The whole life of a change is in one file: from its plan over the meeting to its review, with what departs from the rules.
func TestAnExportOfChangesTellsTheirWholeLife(t *testing.T) {
	world.Each(t, func(t *testing.T, w *world.World) {
		ensure := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		item, err := w.CMDB.Register(w.As("omar"), cmdb.RegisterInput{Class: "server", Status: cmdb.Live, Values: map[string]string{"name": "ledger-01"}})
		ensure(err)
		p, err := w.Pipelines.Register(w.As("ada"), pipeline.RegisterInput{Key: "ledger", Name: "Ledger", Owner: w.ID("alice"), Team: w.Team("apps"), Items: []string{item.Number}})
		ensure(err)
		w.Know("bot", p.AccountID)

		// One change as it should be: planned for a pipeline, talked about and decided on, carried out, reviewed.
		digest, sum := "sha256:"+strings.Repeat("a1", 32), strings.Repeat("c3", 32)
		plan, high := w.Plan("Close the books faster", "bot"), changes.High
		plan.Risk, plan.CIs, plan.Environment, plan.ImplementationPlan, plan.BackoutTested = &high, ptr([]string{item.Number}), ptr("production"), ptr("Deploy "+digest), ptr("yes")
		c, err := w.Changes.Raise(w.As("maya"), changes.RaiseInput{Plan: plan, Team: w.Team("apps")})
		ensure(err)
		n := c.Ticket.Number
		w.AskForApproval("maya", n)
		if _, err = w.Vote("maya", n, approval.Approve); err == nil { // who asked for it tries
			t.Fatal("who asked for it decides")
		}
		m, err := w.Meetings.Convene(w.As("maya"), cab.ConveneInput{Board: "cab", StartsAt: w.Clock.Now().Add(time.Hour)})
		ensure(err)
		_, err = w.Meetings.Move(w.As("cleo"), m.Ref, "start", "")
		ensure(err)
		_, err = w.Meetings.Next(w.As("cleo"), m.Ref, "")
		ensure(err)
		w.Clock.Advance(time.Minute)
		for _, by := range []string{"cora", "carl"} {
			_, err := w.Vote(by, n, approval.Approve)
			ensure(err)
		}
		_, err = w.Meetings.Move(w.As("cleo"), m.Ref, "end", "")
		ensure(err)
		committed := w.Clock.Now().Add(-5 * time.Hour)
		_, err = w.Pipelines.Raise(w.As("bot"), pipeline.RaiseInput{Run: "ledger#7", Change: n, Environment: "production", Commits: []pipeline.Commit{{SHA: "0123abc", At: &committed}},
			Artifacts: []pipeline.Artifact{{Name: "ledger", Digest: digest}}, Evidence: []pipeline.Evidence{{Kind: pipeline.TestReport, Name: "Tests", SHA256: sum}}})
		ensure(err)
		task, err := w.Work.Add(w.As("maya"), work.AddInput{Change: n, Kind: work.Test, Title: "Try it out"})
		ensure(err)
		a, err := w.Tickets.Attach(w.As("amir"), ticket.AttachInput{Number: n, Name: "log.txt", Body: strings.NewReader("all is well")})
		ensure(err)
		_, err = w.Work.Show(w.As("amir"), n, task.Number, a.Key, "Of tonight.")
		ensure(err)
		for _, event := range []string{"start", "finish"} {
			_, err = w.Work.Move(w.As("amir"), work.MoveInput{Change: n, Task: task.Number, Event: event})
			ensure(err)
			w.Clock.Advance(time.Hour)
		}
		earlier := w.Clock.Now().Add(-5 * time.Hour)
		_, err = w.Work.Correct(w.As("maya"), work.CorrectInput{Change: n, Task: task.Number, Started: &earlier, Reason: "Begun before the laptop was."})
		ensure(err)
		w.Clock.Set(*c.Facet.PlannedStart)
		gate, err := w.Pipelines.Ask(w.As("bot"), n, "production", digest)
		ensure(err)
		d, _, err := w.Pipelines.Start(w.As("bot"), pipeline.StartInput{Change: n, Environment: "production", Artifact: digest, Pass: gate.Pass})
		ensure(err)
		w.Clock.Advance(time.Hour)
		_, _, err = w.Pipelines.Finish(w.As("bot"), pipeline.FinishInput{Ref: d.Ref, End: pipeline.Succeeded})
		ensure(err)
		w.Clock.Advance(time.Hour)
		i := w.Report("ann", "The ledger is down")
		_, err = w.Causes.Say(w.As("maya"), cause.SayInput{Incident: i.Ticket.Number, Change: n, Kind: cause.CausedBy, Confidence: cause.Confirmed, Evidence: "The graph."})
		ensure(err)
		_, err = w.Reviews.Conduct(w.As("maya"), review.Findings{Change: n, Objectives: "partly", Lessons: "Watch the graph.", CMDB: "nothing"})
		ensure(err)
		ensure(func() error {
			_, err := w.Changes.Move(w.As("maya"), changes.MoveInput{Number: n, Event: "close", CloseNotes: "It runs."})
			return err
		}())

		// Something that nobody had asked for.
		_, found, err := w.Pipelines.Start(w.As("bot"), pipeline.StartInput{Environment: "production", Artifact: "sha256:" + strings.Repeat("b2", 32), End: pipeline.Succeeded})
		ensure(err)

		b := exported(t, w, "otto", "sort=number")
		row := b.find(t, "Changes", "Number", n, "Environment", "production", "Items", item.Number, "Deployments", "1", "Tasks", "1", "Meetings", "CAB", "Caused", i.Ticket.Number, "Review", "done", "Reviewer", "Maya")
		if row["First leaf"] == "" || !strings.Contains(row["Exceptions"], "S-08") || !strings.Contains(row["Exceptions"], "D-01") {
			t.Errorf("%v", row)
		}
		c, err = w.Changes.Get(w.System(), n)
		ensure(err)
		for _, want := range [][]string{
			{"Approvals", "Change", n, "Decided by", "Cora", "Decision", "approve", "On the digest", c.Facet.Digest, "Binding", "yes", "Asked", "3"},
			{"Tasks", "Change", n, "Task", task.Number, "State", "done", "Corrected by", "Maya", "Corrected because", "laptop", "Files", "1"},
			{"Evidence", "Of", task.Number, "Name", "log.txt", "SHA-256", a.SHA256, "Kept as said", "yes", "Shown by", "Amir"},
			{"Evidence", "Of", "ledger#7", "Kind", pipeline.TestReport, "SHA-256", sum},
			{"Deployments", "Change", n, "Run", "ledger#7", "Artifact", digest, "Pass", "yes", "For plan", c.Facet.Digest, "Commits", "0123abc", "State", "succeeded"},
			{"Deployments", "Change", found.Ticket.Number, "Pass", "no", "Why not", "gate_pass_missing"},
			{"Meetings", "Change", n, "Digest", c.Facet.Digest, "Plan at start", "yes", "Led by", "Cleo"},
			{"Reviews", "Change", n, "State", "done", "Why due", "Its risk was high", "Lessons", "Watch the graph.", "Late", "no"},
			{"Causes", "Change", n, "Incident", i.Ticket.Number, "Confidence", "confirmed", "Evidence", "The graph."},
			{"Attempts", "Change", n, "By", "Maya", "Because", "requested it"},
			{"Exceptions", "Change", n, "Rule", "S-08", "Severity", "medium", "Found", "Maya"},
			{"Exceptions", "Change", n, "Rule", "D-01", "Found", "Begun before the laptop was."},
			{"Exceptions", "Change", found.Ticket.Number, "Rule", "C-01", "Severity", "critical", "Events of the log", "change.detected"},
			{"Rules", "Rule", "C-01", "Found", "1"}, {"Rules", "Rule", "A-01", "Found", "0"}, {"Totals", "Sheet", "Changes", "Rows", "2"},
		} {
			b.find(t, want[0], want[1:]...)
		}
		for _, e := range b["Exceptions"] {
			if e["Change"] == n && slices.Contains([]string{"A-01", "A-02", "A-03", "A-04", "S-01", "S-02", "W-01", "W-04"}, e["Rule"]) {
				t.Errorf("of a change that went as it should: %v", e)
			}
		}
		for _, total := range b["Totals"][1:] {
			if got := len(b[total["Sheet"]]); total["Rows"] != ticket.Int(int64(got)) {
				t.Errorf("%s has %d rows, and %s are said", total["Sheet"], got, total["Rows"])
			}
		}
		// What of it was narrowed down is narrowed down on every sheet.
		only := exported(t, w, "otto", "ci="+item.Number+"&model=normal")
		if len(only["Changes"]) != 1 || len(only["Deployments"]) != 1 {
			t.Errorf("%d changes, %d deployments", len(only["Changes"]), len(only["Deployments"]))
		}
		// From commit to production: five hours before the end of the meeting, until an hour after the planned start.
		figures, err := w.Reports.Changes(w.As("maya"), w.Clock.Now().Add(-72*time.Hour), w.Clock.Now().Add(time.Hour), "model")
		if err != nil || figures.Total.Commit.N != 1 || *figures.Total.Commit.P50 != round(c.Facet.PlannedStart.Add(time.Hour).Sub(committed)) {
			t.Errorf("%+v, %v", figures.Total.Commit, err)
		}
		behind, err := w.Reports.ChangesBehind(w.As("maya"), w.Clock.Now().Add(-72*time.Hour), w.Clock.Now().Add(time.Hour), "", "", reports.FigureCommit)
		if err != nil || len(behind) != 1 || behind[0].Number != n {
			t.Errorf("%+v, %v", behind, err)
		}
		w.VerifyLog()
	})
}

func round(d time.Duration) float64 { return float64(int(d.Hours()*100+0.5)) / 100 }
