package merkle_test

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cabinetdesk/cabinet/domain/audit/merkle"
)

// vectors are the proof vectors of transparency-dev/merkle, one JSON file each.
func vectors(t *testing.T) map[string][]byte {
	t.Helper()
	shared := os.Getenv("CABINET_SHARED_DATA")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	path := filepath.Join(shared, "vectors", "transparency-dev-merkle.tar.xz")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Skip("skipped: the vectors of transparency-dev/merkle are not here (set CABINET_SHARED_DATA to the folder of the test data)")
	}
	xz := exec.Command("xz", "-dc", path)
	out, err := xz.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := xz.Start(); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(out); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(h.Name, ".json") {
			if files[h.Name], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := xz.Wait(); err != nil {
		t.Fatal(err)
	}
	return files
}

func TestThe518VectorsOfTransparencyDevAgree(t *testing.T) {
	t.Parallel()
	files := vectors(t)
	if len(files) != 518 {
		t.Fatalf("%d vectors", len(files))
	}
	accepted := 0
	for name, raw := range files {
		var v struct {
			Size1, Size2, Size, TreeSize uint64
			LeafIdx, Start, End          uint64
			Root, Root1, Root2, LeafHash []byte
			Proof                        [][]byte
			WantErr                      bool
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var err error
		switch strings.Split(name, "/")[2] {
		case "inclusion":
			err = merkle.CheckInclusion(v.LeafIdx, v.TreeSize, v.LeafHash, v.Proof, v.Root)
		case "consistency":
			err = merkle.CheckConsistency(v.Size1, v.Size2, v.Proof, v.Root1, v.Root2)
		case "subtreeinclusion":
			err = merkle.CheckSubtreeInclusion(v.LeafIdx, v.Start, v.End, v.LeafHash, v.Proof, v.Root)
		case "subtreeconsistency":
			err = merkle.CheckSubtreeConsistency(v.Start, v.End, v.Size, v.Proof, v.Root1, v.Root2)
		default:
			t.Fatalf("unknown sort of vector: %s", name)
		}
		if (err != nil) != v.WantErr {
			t.Errorf("%s: %v, an error is wanted: %v", name, err, v.WantErr)
		}
		if err == nil {
			accepted++
		} else if !errors.Is(err, merkle.ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if accepted != 36 {
		t.Errorf("%d vectors were accepted", accepted)
	}
}

// memory is a tlog tree in memory.
type memory []tlog.Hash

func (m memory) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, p := range at {
		out[i] = m[p]
	}
	return out, nil
}

func TestProofsOfTlogHoldHereAndTheFrontierMakesTheSameTree(t *testing.T) {
	t.Parallel()
	var m memory
	var f merkle.Frontier
	roots := [][]byte{nil}
	const n = 70
	for i := range int64(n) {
		data := fmt.Appendf(nil, "leaf %d", i)
		made, err := tlog.StoredHashes(i, data, m)
		if err != nil {
			t.Fatal(err)
		}
		var own []tlog.Hash
		f.Append(merkle.LeafHash(data), func(h [32]byte) { own = append(own, h) })
		if fmt.Sprint(own) != fmt.Sprint(made) {
			t.Fatalf("leaf %d makes other nodes", i)
		}
		m = append(m, made...)
		want, err := tlog.TreeHash(i+1, m)
		if err != nil || f.Root() != [32]byte(want) {
			t.Fatalf("root at size %d differs (%v)", i+1, err)
		}
		roots = append(roots, want[:])
		again, err := merkle.NewFrontier(f.Size(), f.Nodes())
		if err != nil || again.Root() != f.Root() {
			t.Fatalf("a frontier taken up at %d has another root (%v)", i+1, err)
		}
	}
	raw := func(list []tlog.Hash) (out [][]byte) {
		for _, h := range list {
			out = append(out, h[:])
		}
		return out
	}
	for size := int64(1); size <= n; size++ {
		for i := range size {
			p, err := tlog.ProveRecord(size, i, m)
			if err != nil {
				t.Fatal(err)
			}
			leaf := m[tlog.StoredHashIndex(0, i)]
			if err := merkle.CheckInclusion(uint64(i), uint64(size), leaf[:], raw(p), roots[size]); err != nil {
				t.Fatalf("leaf %d of %d: %v", i, size, err)
			}
			tp, err := tlog.ProveTree(size, i+1, m)
			if err != nil {
				t.Fatal(err)
			}
			if err := merkle.CheckConsistency(uint64(i+1), uint64(size), raw(tp), roots[i+1], roots[size]); err != nil {
				t.Fatalf("%d to %d: %v", i+1, size, err)
			}
		}
	}
	if _, err := merkle.NewFrontier(3, f.Nodes()[:1]); !errors.Is(err, merkle.ErrProof) {
		t.Errorf("a frontier with too few hashes: %v", err)
	}
}

func TestNoProofOfAnySizeOrShapeIsTooMuch(t *testing.T) {
	t.Parallel()
	big := ^uint64(0)
	hash := make([]byte, 32)
	long := make([][]byte, 70)
	for i := range long {
		long[i] = hash
	}
	for _, proof := range [][][]byte{nil, long[:64], long} {
		for _, err := range []error{
			merkle.CheckInclusion(big-1, big, hash, proof, hash),
			merkle.CheckSubtreeInclusion(big-1, 0, big, hash, proof, hash),
			merkle.CheckSubtreeInclusion(1<<63, 1<<63, big, hash, proof, hash),
			merkle.CheckSubtreeConsistency(0, big-1, big, proof, hash, hash),
			merkle.CheckSubtreeConsistency(1, big, big, proof, hash, hash),
		} {
			if !errors.Is(err, merkle.ErrProof) {
				t.Errorf("%d hashes: %v", len(proof), err)
			}
		}
	}
}
