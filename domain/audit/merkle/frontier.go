package merkle

import "math/bits"

// Frontier is a tree of which only the roots of its complete subtrees are kept, largest first: enough to
// append leaves and to tell the root at every size, in memory of log2(size) hashes.
type Frontier struct {
	size  uint64
	nodes [][HashSize]byte
}

// NewFrontier takes up a tree at a size with the roots of its complete subtrees, largest first: one for
// each bit of the size. It fails when their number is another.
func NewFrontier(size uint64, nodes [][HashSize]byte) (*Frontier, error) {
	if len(nodes) != bits.OnesCount64(size) {
		return nil, refuse("a tree of size %d has %d complete subtrees, not %d", size, bits.OnesCount64(size), len(nodes))
	}
	return &Frontier{size: size, nodes: append([][HashSize]byte(nil), nodes...)}, nil
}

// Size is the number of leaves.
func (f *Frontier) Size() uint64 { return f.size }

// Nodes are the roots of the complete subtrees, largest first. The caller may keep them.
func (f *Frontier) Nodes() [][HashSize]byte { return append([][HashSize]byte(nil), f.nodes...) }

// Append adds a leaf by its hash. It calls made, when not nil, for the leaf's hash and then for every
// inner node that the leaf completes, from below: the order of golang.org/x/mod/sumdb/tlog's stored hashes.
func (f *Frontier) Append(leafHash [HashSize]byte, made func(hash [HashSize]byte)) {
	h := leafHash
	if made != nil {
		made(h)
	}
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.nodes) - 1
		h = NodeHash(f.nodes[last], h)
		f.nodes = f.nodes[:last]
		if made != nil {
			made(h)
		}
	}
	f.nodes = append(f.nodes, h)
	f.size++
}

// Root is the root of the tree at its present size.
func (f *Frontier) Root() [HashSize]byte {
	if f.size == 0 {
		return EmptyRoot()
	}
	last := len(f.nodes) - 1
	h := f.nodes[last]
	for i := last - 1; i >= 0; i-- {
		h = NodeHash(f.nodes[i], h)
	}
	return h
}
