package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/changes"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/ticket"
)

// The kinds of evidence.
const (
	TestReport = "test_report"
	Scan       = "scan"
	Review     = "pr_review"
	SBOM       = "sbom"
	Screenshot = "screenshot"
)

// Kinds lists them.
var Kinds = []string{TestReport, Scan, Review, SBOM, Screenshot}

// Run is one run of a pipeline for one environment. What it built never changes; what shows that it is sound is added to.
type Run struct {
	ID          int64 `gorm:"primaryKey"`
	Ref         string
	PipelineID  int64
	TicketID    domain.TicketID
	Name        string // as the pipeline calls it: repository and number of the run
	Environment string
	URL         string
	Commits     string // a list of [Commit] as JSON
	Artifacts   string // a list of [Artifact] as JSON
	Evidence    string // a list of [Evidence] as JSON
	Said        string // SHA-256 over all that the run said of itself
	Version     int64
	CreatedAt   time.Time
}

// TableName names the table.
func (Run) TableName() string { return "pipeline_runs" }

// Commit is a state of the source that went into a build.
type Commit struct {
	SHA    string `json:"sha"`
	Author string `json:"author,omitempty"`
	Title  string `json:"title,omitempty"`
	// At is when it was committed, as the run says; what is said of a time is kept beside the times that the server stamps.
	At *time.Time `json:"at,omitempty"`
}

// Artifact is what was built, named by the digest of its bytes.
type Artifact struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// Evidence shows something about what was built or deployed: a document elsewhere, named by its hash.
type Evidence struct {
	Kind     string     `json:"kind"`
	Name     string     `json:"name"`
	SHA256   string     `json:"sha256"`
	URL      string     `json:"url,omitempty"`
	Author   string     `json:"author,omitempty"`   // of a review: whose work it was
	Reviewer string     `json:"reviewer,omitempty"` // of a review: who looked at it
	At       *time.Time `json:"at,omitempty"`       // when the desk was told
}

func read[T any](s string) (out []T) {
	_ = json.Unmarshal([]byte(s), &out) //nolint:errcheck // written by this package
	return out
}

// CommitList reads the commits.
func (r Run) CommitList() []Commit { return read[Commit](r.Commits) }

// ArtifactList reads the artifacts.
func (r Run) ArtifactList() []Artifact { return read[Artifact](r.Artifacts) }

// EvidenceList reads the evidence.
func (r Run) EvidenceList() []Evidence { return read[Evidence](r.Evidence) }

// Built tells whether the run built what a digest names.
func (r Run) Built(digest string) (Artifact, bool) {
	all := r.ArtifactList()
	i := slices.IndexFunc(all, func(a Artifact) bool { return a.Digest == digest })
	if i < 0 {
		return Artifact{}, false
	}
	return all[i], true
}

// Fields is the run's state in the log.
func (r Run) Fields() map[string]string {
	return map[string]string{"pipeline": ticket.Int(r.PipelineID), "run": r.Name, "environment": r.Environment, "url": r.URL, "commits": r.Commits,
		"artifacts": r.Artifacts, "evidence": r.Evidence, "said": r.Said}
}

const (
	mostCommits   = 500
	mostArtifacts = 50
	mostEvidence  = 100
)

var (
	digests = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	hashes  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	commits = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
)

// Digest brings the digest of an artifact into its one form, "sha256:" and 64 hexadecimal digits.
func Digest(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if hashes.MatchString(s) {
		s = "sha256:" + s
	}
	if !digests.MatchString(s) {
		return "", ErrArtifact.With("artifact", "an artifact is named by its digest: sha256: and 64 hexadecimal digits")
	}
	return s, nil
}

// link accepts an address that a person may follow, or none.
func link(location, s string) (string, error) {
	s, err := ticket.Line(location, strings.TrimSpace(s), 1000)
	if err != nil || s == "" {
		return s, err
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return "", ErrRun.With(location, "an address begins with https:// and names a host, and holds no password")
	}
	return s, nil
}

// sound brings what a run says of itself into one form, or refuses it.
func (r *Run) sound(list []Commit, built []Artifact, shown []Evidence, now time.Time) (err error) {
	if r.Name, err = ticket.Line("body.run", strings.TrimSpace(r.Name), 200); err != nil {
		return err
	}
	if r.Name == "" {
		return ErrRun.With("body.run", "say which run it is: repository and number")
	}
	if !slices.Contains(changes.Environments, r.Environment) {
		return ErrRun.With("body.environment", "choose one of: "+strings.Join(changes.Environments, ", "))
	}
	if r.URL, err = link("body.url", r.URL); err != nil {
		return err
	}
	if len(list) > mostCommits || len(built) > mostArtifacts {
		return ErrRun.Because("A run names at most %d commits and %d artifacts.", mostCommits, mostArtifacts)
	}
	if len(built) == 0 {
		return ErrArtifact.With("body.artifacts", "name what was built, by its digest")
	}
	for i := range list {
		c := &list[i]
		if c.SHA = strings.ToLower(strings.TrimSpace(c.SHA)); !commits.MatchString(c.SHA) {
			return ErrRun.With("body.commits", "a commit is named by 7 to 64 hexadecimal digits")
		}
		c.At = told(c.At)
		for name, v := range map[string]*string{"author": &c.Author, "title": &c.Title} {
			if *v, err = ticket.Line("body.commits."+name, *v, ticket.MaxShort); err != nil {
				return err
			}
		}
	}
	for i := range built {
		a := &built[i]
		if a.Digest, err = Digest(a.Digest); err != nil {
			return ErrArtifact.With("body.artifacts", "an artifact is named by its digest: sha256: and 64 hexadecimal digits")
		}
		if a.Name, err = ticket.Line("body.artifacts.name", strings.TrimSpace(a.Name), ticket.MaxShort); err != nil {
			return err
		}
		if slices.ContainsFunc(built[:i], func(b Artifact) bool { return b.Digest == a.Digest }) {
			return ErrArtifact.With("body.artifacts", "each artifact is named once")
		}
	}
	if shown, err = soundEvidence(shown, now); err != nil {
		return err
	}
	r.Commits, r.Artifacts, r.Evidence = text(list), text(built), text(shown)
	return nil
}

// soundEvidence brings evidence into one form and stamps it, or refuses it (invariant 7).
func soundEvidence(list []Evidence, now time.Time) ([]Evidence, error) {
	if len(list) > mostEvidence {
		return nil, ErrEvidence.Because("At most %d pieces of evidence.", mostEvidence)
	}
	out := make([]Evidence, 0, len(list))
	for _, e := range list {
		if !slices.Contains(Kinds, e.Kind) {
			return nil, ErrEvidence.With("body.evidence.kind", "choose one of: "+strings.Join(Kinds, ", "))
		}
		if e.SHA256 = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(e.SHA256)), "sha256:"); !hashes.MatchString(e.SHA256) {
			return nil, ErrEvidence.With("body.evidence.sha256", "evidence is named by the SHA-256 of its bytes")
		}
		var err error
		for name, v := range map[string]*string{"name": &e.Name, "author": &e.Author, "reviewer": &e.Reviewer} {
			if *v, err = ticket.Line("body.evidence."+name, strings.TrimSpace(*v), ticket.MaxShort); err != nil {
				return nil, err
			}
		}
		if e.URL, err = link("body.evidence.url", e.URL); err != nil {
			return nil, err
		}
		if e.Kind == Review {
			switch {
			case e.Author == "" || e.Reviewer == "":
				return nil, ErrEvidence.With("body.evidence.reviewer", "a review names who wrote it and who reviewed it")
			case strings.EqualFold(e.Author, e.Reviewer):
				return nil, ErrReviewer.With("body.evidence.reviewer", "somebody else reviews it")
			}
		}
		e.At = &now
		out = append(out, e)
	}
	return out, nil
}

// said names all that a run says of itself, so that the same run told again is known again.
func said(v any) string {
	sum := sha256.Sum256([]byte(text(v)))
	return hex.EncodeToString(sum[:])
}
