package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
)

// Load reads all packages of the module in root with `go list` and parses their
// files, those for other systems too.
func Load(root string) ([]Package, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Module,Imports,GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles", "./...")
	cmd.Dir = root
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, complaint.String())
	}
	var packages []Package
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed struct {
			ImportPath, Dir string
			Module          struct{ Path string }

			Imports, GoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
		}
		if err := dec.Decode(&listed); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		p := Package{Path: relative(listed.Module.Path, listed.ImportPath)}
		for _, target := range listed.Imports {
			p.Imports = append(p.Imports, relative(listed.Module.Path, target))
		}
		for _, names := range [][]string{listed.GoFiles, listed.IgnoredGoFiles, listed.TestGoFiles, listed.XTestGoFiles} {
			for _, name := range names {
				source, err := os.ReadFile(filepath.Join(listed.Dir, name))
				if err != nil {
					return nil, err
				}
				file, err := Parse(listed.Module.Path, path.Join(p.Path, name), source)
				if err != nil {
					return nil, err
				}
				p.Files = append(p.Files, file)
			}
		}
		packages = append(packages, p)
	}
}
