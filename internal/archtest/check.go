package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Refusal is one broken rule.
type Refusal struct {
	Where string // path of the package or file
	What  string // what it does
	Why   string // the reason of the rule
}

func (r Refusal) String() string { return fmt.Sprintf("%s: %s: %s", r.Where, r.What, r.Why) }

// Check compares packages with all rules, in the order of the packages.
func Check(packages []Package) []Refusal {
	c := &check{functions: map[string][]string{}}
	for _, p := range packages {
		for _, f := range p.Files {
			if !f.Test {
				c.functions[p.Path] = append(c.functions[p.Path], f.Functions...)
			}
		}
	}
	for _, p := range packages {
		c.imports(p)
		c.shape(p)
		for _, f := range p.Files {
			c.libraries(p, f)
			c.symbols(p, f)
			c.gorm(f)
			c.file(f)
		}
	}
	return c.found
}

// CheckFolders compares the names of the folders at the top with the list.
func CheckFolders(names []string) []Refusal {
	var found []Refusal
	for _, name := range names {
		if !strings.HasPrefix(name, ".") && !slices.Contains(Folders, name) {
			found = append(found, Refusal{name, "is a folder at the top", whyFolder})
		}
	}
	return found
}

// Excuse removes what the exceptions permit, and adds a refusal for each
// exception that permits nothing.
func Excuse(found []Refusal, exceptions []Exception) []Refusal {
	var left []Refusal
	used := make([]bool, len(exceptions))
	for _, r := range found {
		i := slices.IndexFunc(exceptions, func(e Exception) bool { return e.Where == r.Where && e.What == r.What })
		if i < 0 {
			left = append(left, r)
		} else {
			used[i] = true
		}
	}
	for i, e := range exceptions {
		if strings.TrimSpace(e.Why) == "" {
			left = append(left, Refusal{e.Where, "has an exception without a reason", e.What})
		}
		if !used[i] {
			left = append(left, Refusal{e.Where, "has an exception that is no longer needed", e.What})
		}
	}
	return left
}

// Long lists the files above the soft limit, for the log.
func Long(packages []Package) []string {
	var out []string
	for _, p := range packages {
		for _, f := range p.Files {
			if f.Lines > Lines && !f.Generated {
				out = append(out, fmt.Sprintf("%s has %d lines", f.Path, f.Lines))
			}
		}
	}
	return out
}

type check struct {
	found     []Refusal
	functions map[string][]string // functions declared, by package
}

func (c *check) add(where, what, why string) { c.found = append(c.found, Refusal{where, what, why}) }

// levelOf finds the level of a package and its pattern there.
func levelOf(pkg string) (Level, string, bool) {
	for _, level := range Levels {
		for _, pattern := range level.Packages {
			if matches(pattern, pkg) {
				return level, pattern, true
			}
		}
	}
	return Level{}, "", false
}

func matches(pattern, pkg string) bool {
	if base, tree := strings.CutSuffix(pattern, "/..."); tree {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	return pkg == pattern
}

func matchesAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, pkg) })
}

// imports holds the arrows between packages. Files of tests are not asked: they
// may look anywhere.
func (c *check) imports(p Package) {
	level, pattern, ok := levelOf(p.Path)
	if !ok {
		c.add(p.Path, "is in no level", "every package has its place: add it to Levels in internal/archtest")
		return
	}
	for _, target := range p.Imports {
		what := "imports " + target
		to, toPattern, ours := levelOf(target)
		switch {
		case !ours:
			if level.StdOnly && !standard(target) {
				c.add(p.Path, what, level.Why)
			}
		case to.TestOnly && !level.TestOnly:
			c.add(p.Path, what, whyTestOnly)
		case toPattern == pattern:
		case !slices.Contains(level.May, to.Name) && !matchesAny(level.May, target):
			c.add(p.Path, what, level.Why)
		}
	}
}

// standard tells whether an import path is of the standard library: the first
// element of all others is a host name.
func standard(target string) bool {
	first, _, _ := strings.Cut(target, "/")
	return !strings.Contains(first, ".")
}

// shape holds what concerns a whole package.
func (c *check) shape(p Package) {
	files, doc := 0, false
	for _, f := range p.Files {
		if !f.Test {
			files++
			doc = doc || f.Doc
		}
	}
	if files > PackageFiles {
		c.add(p.Path, "has too many files", fmt.Sprintf("%d files without tests, at most %d: split by what they own", files, PackageFiles))
	}
	if files > 0 && !doc {
		c.add(p.Path, "has no doc comment", whyDoc)
	}
	if slices.Contains(VagueNames, path.Base(p.Path)) {
		c.add(p.Path, "is a package with a vague name", whyVague)
	}
}

// libraries holds the borders of libraries.
func (c *check) libraries(p Package, f File) {
	if level, _, _ := levelOf(p.Path); f.Test || level.TestOnly {
		return
	}
	for _, target := range f.Imports {
		for _, lib := range Libraries {
			covered := slices.ContainsFunc(lib.Paths, func(at string) bool {
				return target == at || strings.HasPrefix(target, at+"/")
			})
			if covered && !matchesAny(lib.In, p.Path) && !named(lib.Files, f.Path) {
				c.add(f.Path, "imports "+target, lib.Why)
			}
		}
	}
}

func named(patterns []string, file string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, path.Base(file))
		return ok && err == nil
	})
}

// symbols holds the borders of single names, and of the verbs for reports.
func (c *check) symbols(p Package, f File) {
	level, _, _ := levelOf(p.Path)
	test := f.Test || level.TestOnly
	for _, use := range f.Uses {
		what := "uses " + use.Path + "." + use.Name
		for _, s := range Symbols {
			if (!test || s.AlsoTests) && s.covers(use) && !matchesAny(s.In, p.Path) {
				c.add(f.Path, what, s.Why)
			}
		}
		to, _, ours := levelOf(use.Path)
		if level.Name == "L5" && !f.Test && ours && (to.Name == "L3" || to.Name == "L4") {
			if use.Name == "Service" || slices.Contains(c.functions[use.Path], use.Name) {
				c.add(f.Path, what, whyReports)
			}
		}
	}
}

func (s Symbol) covers(use Use) bool {
	if s.Path != use.Path {
		return false
	}
	if start, many := strings.CutSuffix(s.Name, "*"); many {
		return strings.HasPrefix(use.Name, start)
	}
	return s.Name == use.Name
}

// gorm holds the diet for files that import GORM, and refuses hooks everywhere:
// the type with the hook need not be in such a file.
func (c *check) gorm(f File) {
	for _, name := range f.Methods {
		if slices.Contains(GormHooks, name) {
			c.add(f.Path, "declares "+name, whyHook)
		}
	}
	if !slices.Contains(f.Imports, "gorm.io/gorm") {
		return
	}
	for _, name := range f.Calls {
		if why, refused := GormCalls[name]; refused {
			c.add(f.Path, "calls "+name, why)
		}
	}
	for _, name := range f.Structs {
		if slices.Contains(GormConditions, name) {
			c.add(f.Path, "calls "+name+" with a struct", whyStructCondition)
		}
	}
}

// file holds what concerns one file.
func (c *check) file(f File) {
	if slices.Contains(f.Functions, "init") {
		c.add(f.Path, "declares init", whyInit)
	}
	if f.Lines > LinesHard && !f.Generated {
		c.add(f.Path, "is too long", fmt.Sprintf("%d lines, at most %d: split by verb family", f.Lines, LinesHard))
	}
	name := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.Path), ".go"), "_test")
	if slices.Contains(VagueNames, name) {
		c.add(f.Path, "is a file with a vague name", whyVague)
	}
}
