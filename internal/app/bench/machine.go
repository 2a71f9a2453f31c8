package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Machine is where a figure was measured: without it a figure says nothing.
type Machine struct {
	Processor string
	Cores     int
	Memory    string
	OS        string
	Go        string
	Fsync     time.Duration // median of writing 4 KiB to the disk of dir
}

// Look finds out about the machine; dir is on the disk that is measured.
func Look(dir string) (Machine, error) {
	m := Machine{Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Processor: field("/proc/cpuinfo", "model name"), Memory: field("/proc/meminfo", "MemTotal")}
	var err error
	m.Fsync, err = fsync(dir)
	return m, err
}

// field reads a value of a file of the kernel, empty where there is none.
func field(file, name string) string {
	text, err := os.ReadFile(file) //nolint:gosec // one of two fixed names
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func fsync(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	var all []sample
	for range 50 {
		began := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		all = append(all, sample{took: time.Since(began)})
	}
	return times("", all, 0).P50, os.Remove(f.Name())
}

// resident is how much memory the process holds, in MiB; -1 where the system does not say.
func resident() float64 {
	var kib float64
	if _, err := fmt.Sscanf(field("/proc/self/status", "VmRSS"), "%f", &kib); err != nil {
		return -1
	}
	return kib / 1024
}

// rest gives back what the process does not need any more.
func rest() { debug.FreeOSMemory() }

// Table writes rows as Markdown.
func Table(rows []Row) string {
	var b strings.Builder
	b.WriteString("| what | n | p50 | p95 | max | or | bar | |\n|---|---:|---:|---:|---:|---:|---|---|\n")
	for _, r := range rows {
		p50, p95, longest, or := ms(r.P50), ms(r.P95), ms(r.Max), r.Value
		if r.P95 == 0 {
			p50, p95, longest = "", "", ""
		}
		if r.Rate > 0 {
			or = fmt.Sprintf("%.0f/s", r.Rate)
		}
		verdict := "ok"
		switch {
		case r.Bar == "":
			verdict = ""
		case !r.OK:
			verdict = "**short**"
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s | %s | %s |\n", r.What, r.N, p50, p95, longest, or, r.Bar, verdict)
	}
	return b.String()
}

// String says it in one line.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, memory %s, %s, %s, fsync of 4 KiB %s (median)", m.Processor, m.Cores, m.Memory, m.OS, m.Go, ms(m.Fsync))
}
