package reconcile

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
	"github.com/cabinetdesk/cabinet/policies"
)

// Job works on one run in the background.
type Job struct {
	Ref string `json:"ref"`
	// Do is what to do: propose (empty), apply or undo.
	Do      string `json:"do,omitempty"`
	Confirm bool   `json:"confirm,omitempty"`
	Rest    bool   `json:"rest,omitempty"`
}

// Kind implements jobs.Args.
func (Job) Kind() string { return "ci_run" }

// UploadInput is a file that is kept, to be read by a job.
type UploadInput struct {
	Source  string
	Name    string
	FileKey string
	SHA256  string
	// Mapping is the name of one that comes with the desk, or of a file whose text is Body.
	Mapping, Body string
	Part          bool
}

// Upload asks for a proposal, which a job makes when the source is free. Who may: cmdb.import. Errors: those of mappings.
func (s *Service) Upload(ctx context.Context, in UploadInput) (r Run, err error) {
	if err := s.mayImport(ctx); err != nil {
		return r, err
	}
	if _, err := mappingOf(in.Mapping, in.Body); err != nil {
		return r, err
	}
	r = Run{State: Waiting, Whole: !in.Part, File: fileName(in.Name), FileKey: in.FileKey, SHA256: in.SHA256, Mapping: in.Mapping, MappingBody: in.Body}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if _, err := s.begin(ctx, &r, in.Source); err != nil {
			return err
		}
		return s.Queue.Enqueue(ctx, Job{Ref: r.Ref})
	})
	return r, err
}

func mappingOf(name, body string) (*cifile.Mapping, error) {
	if body == "" {
		return cifile.Named(name)
	}
	return cifile.ParseMapping(fileName(name), []byte(body))
}

// Ask lets a job apply or undo a run; what can be refused at once is. Who may: cmdb.import.
func (s *Service) Ask(ctx context.Context, job Job) (r Run, err error) {
	if err := s.mayImport(ctx); err != nil {
		return r, err
	}
	r, source, err := s.find(ctx, job.Ref)
	if err != nil {
		return r, err
	}
	switch {
	case job.Do == "apply" && r.Summary.Asks && !job.Confirm && r.State == Proposed:
		return r, ErrShare.Because("%d of %d items of %s are not in the file. Look at them, and confirm that they are really gone.", r.Summary.Missing, r.Summary.Known, source.Name)
	case job.Do == "apply" && r.State != Proposed && r.State != Failed && r.State != Applying, job.Do == "undo" && r.State != Applied && r.State != Undoing:
		return r, ErrState.Because("The run is %s.", r.State)
	case job.Do == "undo" && !job.Rest:
		blockers, err := s.Blockers(ctx, r.Ref)
		if err != nil {
			return r, err
		}
		if len(blockers) > 0 {
			e := ErrBuiltOn.Because("%d items have been changed, or built on, since. The rest can be undone.", len(blockers))
			for _, b := range blockers[:min(len(blockers), 20)] {
				e = e.With(b.Number, b.Reason)
			}
			return r, e
		}
	}
	return r, s.DB.Do(ctx, func(ctx context.Context) error { return s.Queue.Enqueue(ctx, job) })
}

// Work is the job. What is refused is said by the run; only trouble that may pass is tried again.
func (s *Service) Work(ctx context.Context, job Job) error {
	var err error
	switch job.Do {
	case "apply":
		_, err = s.Apply(ctx, ApplyInput{Ref: job.Ref, Confirm: job.Confirm})
	case "undo":
		_, err = s.Undo(ctx, UndoInput{Ref: job.Ref, Rest: job.Rest})
	default:
		err = s.proposeLater(ctx, job.Ref)
	}
	if err != nil {
		switch domain.KindOf(err) {
		case domain.Internal, domain.Unavailable:
			return err
		}
		return s.explain(ctx, job.Ref, err)
	}
	return nil
}

// explain keeps why a job did nothing, where the person who asked will look.
func (s *Service) explain(ctx context.Context, ref string, cause error) error {
	return s.DB.Do(ctx, func(ctx context.Context) error {
		r, _, err := s.find(ctx, ref)
		if err != nil || r.State == Waiting {
			return nil
		}
		r.Problem = plainly(cause)
		return s.store.saveRun(ctx, &r, r.State)
	})
}

// proposeLater makes the proposal of a run that waits. While its source is busy it goes on waiting: the run that is done calls it.
func (s *Service) proposeLater(ctx context.Context, ref string) error {
	r, source, err := s.find(ctx, ref)
	if err != nil || r.State != Waiting {
		return err
	}
	m, err := mappingOf(r.Mapping, r.MappingBody)
	if err != nil {
		return err
	}
	err = s.DB.Do(ctx, func(ctx context.Context) error {
		if err := s.free(ctx, r, source); err != nil {
			return err
		}
		r.State, r.Mapping = Reading, m.Name()+" "+m.Digest()
		return s.store.saveRun(ctx, &r, Waiting)
	})
	if err != nil {
		return err
	}
	f, err := s.Files.Open(r.FileKey)
	if err != nil {
		_, err = s.fail(ctx, nil, r, source, err)
		return err
	}
	defer func() { _ = f.Close() }()
	in := cifile.Input{Name: r.File, File: f}
	if strings.EqualFold(filepath.Ext(r.File), ".xlsx") {
		if in.Table, err = s.Sheet(f); err != nil {
			_, err = s.fail(ctx, nil, r, source, err)
			return err
		}
	}
	_, err = s.read(ctx, r, source, m, func(yield func(cifile.Row) error) (cifile.Summary, error) { return cifile.Read(in, m, yield) }, nil)
	return err
}

// PushInput is what a source says of some of its items by itself.
type PushInput struct {
	Source string
	Items  []cifile.Row
}

// Push takes what a source says of some of its items: proposed and applied at once. Who may: cmdb.import, and only the source's own
// account. Errors: ci_source_account, ci_source_busy; a bad item is refused alone, and the items of the run say so.
func (s *Service) Push(ctx context.Context, in PushInput) (Run, error) {
	if err := s.mayImport(ctx); err != nil {
		return Run{}, err
	}
	source, err := s.store.source(ctx, in.Source)
	if err != nil {
		return Run{}, err
	}
	if a := domain.ActorFrom(ctx); a.Kind != domain.System && (source.Kind != Push || source.AccountID != a.User) {
		return Run{}, ErrNotAccount
	}
	m, err := cifile.ParseMapping("push", []byte("streams: {'': {key: key, class: class}}"))
	if err != nil {
		return Run{}, err
	}
	r := Run{State: Reading, File: "push", Mapping: "push"}
	if source, err = s.begin(ctx, &r, in.Source); err != nil {
		return r, err
	}
	r, err = s.read(ctx, r, source, m, func(yield func(cifile.Row) error) (cifile.Summary, error) {
		for _, row := range in.Items {
			if err := yield(row); err != nil {
				return cifile.Summary{}, err
			}
		}
		return cifile.Summary{Rows: len(in.Items)}, nil
	}, nil)
	if err != nil {
		return r, err
	}
	return s.Apply(ctx, ApplyInput{Ref: r.Ref})
}

// Again reads the file of a run once more, as a new one: when its proposal is out of date. Who may: cmdb.import.
func (s *Service) Again(ctx context.Context, ref string) (Run, error) {
	if err := s.Gate.Check(ctx, "cmdb.import", policies.Object{}); err != nil {
		return Run{}, err
	}
	r, source, err := s.find(ctx, ref)
	if err != nil {
		return r, err
	}
	if r.FileKey == "" {
		return r, ErrState.Because("The file of the run was not kept: upload it again.")
	}
	name, _, _ := strings.Cut(r.Mapping, " ")
	return s.Upload(ctx, UploadInput{Source: source.Key, Name: r.File, FileKey: r.FileKey, SHA256: r.SHA256, Mapping: name, Body: r.MappingBody, Part: !r.Whole})
}

// SweepJob wakes runs that wait for a source which nobody holds any more.
type SweepJob struct{}

// Kind implements jobs.Args.
func (SweepJob) Kind() string { return "ci_runs_sweep" }

// Sweep lets runs go on that wait although their source is free: the one before them died with its instance.
func (s *Service) Sweep(ctx context.Context) error {
	list, err := s.store.sources(ctx)
	for _, source := range list {
		if err := s.next(ctx, source); err != nil {
			return err
		}
	}
	return err
}
