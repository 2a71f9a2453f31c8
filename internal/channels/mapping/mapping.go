// Package mapping reads the files that say, in YAML, what the rows of another tool's export mean. What a mapping may say
// is the matter of the package that owns its shape (cifile, eventlog); how such a file is found, read and refused is the
// same for all.
package mapping

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"github.com/cabinetdesk/cabinet/domain"
)

// maxSize is how large a mapping may be, in bytes.
const maxSize = 256 << 10

// Library are the mappings of one shape that come with the desk: the files mappings/*.yaml.
type Library struct {
	Files  fs.FS
	Refuse *domain.Error // what is said when a mapping cannot be used
}

// Names lists the mappings.
func (l Library) Names() []string {
	files, _ := fs.Glob(l.Files, "mappings/*.yaml") // the pattern is good
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, "mappings/"), ".yaml")
	}
	return files
}

// Text gives the text of a mapping by its name.
func (l Library) Text(name string) ([]byte, error) {
	raw, err := fs.ReadFile(l.Files, "mappings/"+name+".yaml")
	if err != nil {
		return nil, l.Refuse.Because("There is no built-in mapping of that name; there are: %s. Anything else is taken for a file and ends in .yaml or .yml.", strings.Join(l.Names(), ", "))
	}
	return raw, nil
}

// Read reads a mapping's text into its shape and gives the SHA-256 of the text, in hex. Unknown keys are refused, since a
// misspelt one would be ignored.
//
// It shields the desk from the YAML library: its error text is for people, and should it ever panic on a hostile file, the
// file is refused.
func (l Library) Read(raw []byte, shape any) (digest string, err error) {
	if len(raw) > maxSize {
		return "", l.Refuse.Because("It is larger than %d KiB.", maxSize>>10)
	}
	if !utf8.Valid(raw) {
		return "", l.Refuse.Because("It is not UTF-8 text.")
	}
	defer func() {
		if p := recover(); p != nil {
			err = l.Refuse.Because("It is not YAML.").Wrap(fmt.Errorf("%v", p))
		}
	}()
	// Anchors and aliases can blow a small file up; no mapping needs them.
	if bytes.ContainsAny(raw, "&*") && aliases.Match(raw) {
		return "", l.Refuse.Because("Anchors and aliases are not used in mappings.")
	}
	if err := yaml.UnmarshalWithOptions(raw, shape, yaml.Strict(), yaml.DisallowUnknownField()); err != nil {
		return "", l.Refuse.Because("%s", yaml.FormatError(err, false, false)).Wrap(err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

var aliases = regexp.MustCompile(`(?m)(^|[\s:\[,{-])[&*][^\s]`)

// Problems collects what is wrong with a mapping, all at once.
type Problems struct{ list []string }

// Add notes one thing that is wrong.
func (p *Problems) Add(format string, args ...any) {
	p.list = append(p.list, fmt.Sprintf(format, args...))
}

// Refusal says all that is wrong, in the same order each time; nil if nothing is.
func (l Library) Refusal(p Problems) error {
	if len(p.list) == 0 {
		return nil
	}
	slices.Sort(p.list)
	return l.Refuse.Because("%s.", strings.Join(p.list, "; "))
}
