package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb/reconcile"
	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/internal/channels/cifile"
)

const machines = `
streams:
  machines:
    columns: [Key, Name]
    key: Key
    class: Class
    status: =live
    values: {name: Name, serial: Serial, asset_tag: Tag, memory_gb: Memory, address: Address, description: Note, environment: Env, operating_system: OS}
    relations: [{type: runs_on, to: [{row: machines, key: Host}]}, {type: located_in, to: [{row: machines, key: Rack}]}]
`

// estate is a file of n items: racks, machines in them, and virtual machines on these.
func estate(n int) string {
	var b strings.Builder
	b.WriteString("Key,Name,Class,Serial,Tag,Memory,Address,Note,Env,OS,Host,Rack\n")
	racks, hosts := max(n/200, 1), max(n/10, 1)
	for i := range racks {
		fmt.Fprintf(&b, "r%d,Import rack %d,facility,,,,,,production,,,\n", i, i)
	}
	for i := range hosts {
		fmt.Fprintf(&b, "h%d,import-%05d,server,IMP-%08d,IA-%06d,%d,10.%d.%d.%d,Machine of batch %d,production,Debian 12,,r%d\n", i, i, i, i, 64<<rand.IntN(3), i>>16&255, i>>8&255, i&255, i%77, i%racks)
	}
	for i := range n - racks - hosts {
		fmt.Fprintf(&b, "v%d,import-vm-%06d,virtual_machine,,,%d,10.1%02d.%d.%d,Virtual machine %d,production,Ubuntu 24.04,h%d,\n", i, i, 2<<rand.IntN(3), i>>16&63, i>>8&255, i&255, i, i%hosts)
	}
	return b.String()
}

// imports brings 100,000 items in from one file, 1,000 when it is to be short: the dry run, applying it, and the same file again.
func (s *Session) imports(ctx context.Context) ([]Row, error) {
	n, dry, apply := 100_000, 2*time.Minute, 5*time.Minute
	if s.During < 10*time.Second {
		n, dry, apply = 1_000, 12*time.Second, 30*time.Second
	}
	ctx = asSystem(ctx)
	m, err := cifile.ParseMapping("machines", []byte(machines))
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("bench-%d", s.DB.Now(ctx).UnixMilli())
	if _, err := s.Sources.SetSource(ctx, reconcile.Source{Key: key, Name: key, RetireShare: 100}); err != nil {
		return nil, err
	}
	file := estate(n)
	var rows []Row
	var heap uint64
	peak := func() {
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		heap = max(heap, mem.HeapAlloc)
	}
	for _, step := range []string{"", ", the same file again"} {
		began := time.Now()
		r, err := s.Sources.Propose(ctx, reconcile.ProposeInput{Source: key, Name: "machines.csv", File: strings.NewReader(file), Mapping: m, Progress: func(int) { peak() }})
		if err != nil {
			return nil, err
		}
		proposed := time.Since(began)
		began = time.Now()
		if r, err = s.Sources.Apply(ctx, reconcile.ApplyInput{Ref: r.Ref, Confirm: true, Progress: func(int64, int64) { peak() }}); err != nil {
			return nil, err
		}
		applied := time.Since(began)
		if in := r.Summary.Items[reconcile.Fresh] + r.Summary.Items[reconcile.Unchanged]; in != int64(n) || r.Summary.Failed > 0 {
			return nil, domain.ErrInternal.Because("%d of %d items came in", in, n)
		}
		rows = append(rows, took("dry run of an import"+step, n, proposed, dry), took("applying it"+step, n, applied, apply))
	}
	return append(rows, Row{What: "heap while importing, the file included", N: n, Value: fmt.Sprintf("%d MiB", heap>>20)}), nil
}

func took(what string, n int, d, bar time.Duration) Row {
	return Row{What: what, N: n, Value: d.Round(100 * time.Millisecond).String(), Bar: "≤ " + bar.String(), OK: d <= bar}
}
