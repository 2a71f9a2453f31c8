package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Package is one package of the module, as far as the rules ask.
type Package struct {
	Path    string   // relative to the module: "domain/people", "." for the root
	Imports []string // of the files without tests; paths in this module are relative, too
	Files   []File
}

// File is one Go file, as far as the rules ask.
type File struct {
	Path      string // relative to the module: "domain/people/store.go"
	Test      bool
	Generated bool
	Doc       bool // has a package doc comment
	Lines     int
	Imports   []string
	Uses      []Use    // selectors on imported packages: time.Now
	Calls     []string // methods called on anything, by name
	Structs   []string // methods called with a struct literal as an argument
	Methods   []string // methods declared
	Functions []string // functions declared, without methods
}

// Use is one name of an imported package.
type Use struct{ Path, Name string }

// Parse reads one Go file. The path is relative to the module, whose own import
// paths become relative, too.
func Parse(module, file string, source []byte) (File, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return File{}, err
	}
	f := File{
		Path:      file,
		Test:      strings.HasSuffix(file, "_test.go"),
		Generated: ast.IsGenerated(tree),
		Doc:       tree.Doc != nil && strings.TrimSpace(tree.Doc.Text()) != "",
		Lines:     strings.Count(string(source), "\n"),
	}
	local := map[string]string{} // name in this file → import path
	for _, spec := range tree.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return File{}, err
		}
		target = relative(module, target)
		f.Imports = append(f.Imports, target)
		name := packageName(target)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		local[name] = target
	}
	for _, decl := range tree.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			if fn.Recv == nil {
				f.Functions = append(f.Functions, fn.Name.Name)
			} else {
				f.Methods = append(f.Methods, fn.Name.Name)
			}
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && local[x.Name] != "" {
				f.Uses = append(f.Uses, Use{local[x.Name], n.Sel.Name})
			}
		case *ast.CallExpr:
			if fun, ok := n.Fun.(*ast.SelectorExpr); ok {
				f.Calls = append(f.Calls, fun.Sel.Name)
				if slices.ContainsFunc(n.Args, isStruct) {
					f.Structs = append(f.Structs, fun.Sel.Name)
				}
			}
		}
		return true
	})
	return f, nil
}

// isStruct recognises T{…} and &T{…}, but not map[…]…{…} and […]…{…}.
func isStruct(e ast.Expr) bool {
	if address, ok := e.(*ast.UnaryExpr); ok && address.Op == token.AND {
		e = address.X
	}
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		return false
	}
	switch lit.Type.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.StructType:
		return true
	}
	return false
}

var major = regexp.MustCompile(`^v[0-9]+$`)

// packageName guesses the name that an import without an alias has in a file.
func packageName(target string) string {
	name := path.Base(target)
	if major.MatchString(name) {
		name = path.Base(path.Dir(target))
	}
	return name
}

// relative shortens an import path of this module.
func relative(module, target string) string {
	if target == module {
		return "."
	}
	return strings.TrimPrefix(target, module+"/")
}
