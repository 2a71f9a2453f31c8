// Package merkle checks proofs of the tree of RFC 9162 (the one of RFC 6962) without the log: whether a
// leaf is in a tree, whether one tree continues another, whether a range of leaves is part of a tree.
// It knows nothing of databases, so that an auditor's program can use it offline.
package merkle

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
)

// HashSize is the length of every hash, in bytes.
const HashSize = sha256.Size

// ErrProof is wrapped by every refusal of a proof.
var ErrProof = errors.New("the proof does not hold")

// LeafHash is the hash of a leaf: SHA-256 over 0x00 and its bytes (RFC 9162 §2.1.1).
func LeafHash(leaf []byte) [HashSize]byte {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(leaf)
	return [HashSize]byte(h.Sum(nil))
}

// NodeHash is the hash of an inner node: SHA-256 over 0x01, the left and the right hash.
func NodeHash(left, right [HashSize]byte) [HashSize]byte {
	var b [1 + 2*HashSize]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+HashSize:], right[:])
	return sha256.Sum256(b[:])
}

// EmptyRoot is the root of the tree without leaves: the hash of nothing.
func EmptyRoot() [HashSize]byte { return sha256.Sum256(nil) }

// CheckInclusion checks that the leaf with this hash stands at an index of the tree with a size and a
// root (RFC 9162 §2.1.3.2).
func CheckInclusion(index, size uint64, leafHash []byte, proof [][]byte, root []byte) error {
	if index >= size {
		return refuse("index %d is not below the size %d", index, size)
	}
	if err := lengths(append([][]byte{leafHash}, proof...)); err != nil {
		return err
	}
	fn, sn, r := index, size-1, leafHash
	for _, p := range proof {
		if sn == 0 {
			return refuse("it is too long")
		}
		if fn&1 == 1 || fn == sn {
			r = node(p, r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = node(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	return finish(sn, r, root)
}

// CheckConsistency checks that the tree of size2 and root2 begins with the one of size1 and root1
// (RFC 9162 §2.1.4.2). Nothing is proved from the empty tree: size1 is at least 1.
func CheckConsistency(size1, size2 uint64, proof [][]byte, root1, root2 []byte) error {
	if size1 == 0 {
		return refuse("the empty tree proves nothing")
	}
	return CheckSubtreeConsistency(0, size1, size2, proof, root1, root2)
}

// ValidSubtree tells whether the leaves [start, end) are a subtree: start is a multiple of the smallest
// power of two that is not below their number (draft-ietf-plants-merkle-tree-certs §4.1).
func ValidSubtree(start, end uint64) bool {
	if start >= end {
		return false
	}
	n := end - start
	if n > 1<<63 {
		return start == 0
	}
	return start&(1<<bits.Len64(n-1)-1) == 0
}

// CheckSubtreeInclusion checks that a leaf stands at an index of the subtree [start, end) with a root.
// The index counts from the beginning of the whole tree.
func CheckSubtreeInclusion(index, start, end uint64, leafHash []byte, proof [][]byte, root []byte) error {
	if !ValidSubtree(start, end) {
		return refuse("[%d, %d) is not a subtree", start, end)
	}
	if index < start || index >= end {
		return refuse("index %d is not in [%d, %d)", index, start, end)
	}
	return CheckInclusion(index-start, end-start, leafHash, proof, root)
}

// CheckSubtreeConsistency checks that the subtree [start, end) with root1 is part of the tree of a size
// with root2 (draft-ietf-plants-merkle-tree-certs §4.4). The empty subtree is part of every tree.
func CheckSubtreeConsistency(start, end, size uint64, proof [][]byte, root1, root2 []byte) error {
	if end > size {
		return refuse("[%d, %d) is not within the size %d", start, end, size)
	}
	if start == end {
		empty := EmptyRoot()
		if len(proof) > 0 || !bytes.Equal(root1, empty[:]) {
			return refuse("nothing has another hash")
		}
		return nil
	}
	if !ValidSubtree(start, end) {
		return refuse("[%d, %d) is not a subtree", start, end)
	}
	if err := lengths(proof); err != nil {
		return err
	}
	fn, sn, tn := start, end-1, size-1
	shift := func() { fn, sn, tn = fn>>1, sn>>1, tn>>1 }
	for whole := sn == tn; fn != sn && (whole || sn&1 == 1); {
		shift()
	}
	fr, sr := root1, root1
	if fn != sn {
		if len(proof) == 0 {
			return refuse("it is too short")
		}
		fr, sr, proof = proof[0], proof[0], proof[1:]
	}
	for _, p := range proof {
		if tn == 0 {
			return refuse("it is too long")
		}
		if sn&1 == 1 || sn == tn {
			if fn < sn {
				fr = node(p, fr)
			}
			sr = node(p, sr)
			for sn&1 == 0 {
				shift()
			}
		} else {
			sr = node(sr, p)
		}
		shift()
	}
	if !bytes.Equal(fr, root1) {
		return refuse("it leads to another first root")
	}
	return finish(tn, sr, root2)
}

func finish(left uint64, got, root []byte) error {
	if left != 0 {
		return refuse("it is too short")
	}
	if !bytes.Equal(got, root) {
		return refuse("it leads to another root")
	}
	return nil
}

func lengths(hashes [][]byte) error {
	for _, h := range hashes {
		if len(h) != HashSize {
			return refuse("a hash has %d bytes", len(h))
		}
	}
	return nil
}

// node hashes two children; a first root of a length that is no hash's yields a hash that fits nothing.
func node(left, right []byte) []byte {
	h := sha256.New()
	h.Write([]byte{1})
	h.Write(left)
	h.Write(right)
	return h.Sum(nil)
}

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrProof, fmt.Sprintf(format, args...))
}
