package flow

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Mermaid draws the machine as a stateDiagram-v2, in declared order, so that
// the same machine always gives the same text.
func (m Machine) Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range m.States {
		fmt.Fprintf(&b, "    state \"%s\" as %s\n", mermaidText(s.Label), mermaidID(s.Name))
	}
	fmt.Fprintf(&b, "    [*] --> %s\n", mermaidID(m.Initial))
	for _, move := range m.Moves {
		label := mermaidText(move.Label)
		if move.Automatic {
			label += " (automatic)"
		}
		for _, from := range move.From {
			fmt.Fprintf(&b, "    %s --> %s : %s\n", mermaidID(from), mermaidID(move.To), label)
		}
	}
	for _, s := range m.States {
		if s.Final {
			fmt.Fprintf(&b, "    %s --> [*]\n", mermaidID(s.Name))
		}
	}
	return b.String()
}

// mermaidWords cannot be the name of a state in a Mermaid state diagram.
var mermaidWords = []string{"class", "click", "default", "direction", "end", "note", "state", "style"}

func mermaidID(name string) string {
	if slices.Contains(mermaidWords, name) {
		return name + "_"
	}
	return name
}

// mermaidText writes the characters that end a Mermaid label as entity codes.
func mermaidText(s string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", ":", "#58;", ";", "#59;").Replace(s)
}

// Document is the Markdown page of the machine, docs/flows/<kind>.md: the
// drawing, the states and the moves.
func (m Machine) Document() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: states and moves\n\n", cell(m.Label))
	b.WriteString("Generated from the same data that the program enforces; do not edit by hand.\n\n")
	fmt.Fprintf(&b, "```mermaid\n%s```\n\n## States\n\n", m.Mermaid())

	rows := [][]string{{"State", "Name", "Category", "Clock", "Final", "Meaning"}}
	for _, s := range m.States {
		final := ""
		if s.Final {
			final = "yes"
		}
		label := cell(s.Label)
		if s.Name == m.Initial {
			label += " (start)"
		}
		rows = append(rows, []string{label, code(s.Name), string(s.Category), string(s.Clock), final, cell(s.Hint)})
	}
	table(&b, rows)

	b.WriteString("\n## Moves\n\n")
	rows = [][]string{{"Move", "Event", "From", "To", "Who", "Needs", "Guards"}}
	for _, move := range m.Moves {
		who := "whoever may " + code(move.Action)
		if move.Automatic {
			who = "the system"
		}
		rows = append(rows, []string{
			cell(move.Label), code(move.Event), code(move.From...), code(move.To),
			who, code(move.Requires...), code(move.Guards...),
		})
	}
	table(&b, rows)
	return b.String()
}

// Matrix is a text table kind × event × action over all machines, in the given
// and declared order: what the permission matrix must cover.
func Matrix(machines []Machine) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KIND\tEVENT\tFROM\tTO\tACTION")
	for _, m := range machines {
		for _, move := range m.Moves {
			action := move.Action
			if move.Automatic {
				action = strings.TrimSpace(action + " (system)")
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Kind, move.Event, strings.Join(move.From, ","), move.To, action)
		}
	}
	w.Flush() // a strings.Builder cannot fail
	return b.String()
}

// table writes a Markdown table; the first row is the head.
func table(b *strings.Builder, rows [][]string) {
	for i, row := range rows {
		for _, text := range row {
			b.WriteString("|")
			if text != "" {
				b.WriteString(" " + text)
			}
			b.WriteString(" ")
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
}

// cell makes a text safe inside a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// code writes names as inline code, separated by commas.
func code(names ...string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = "`" + name + "`"
	}
	return strings.Join(out, ", ")
}
