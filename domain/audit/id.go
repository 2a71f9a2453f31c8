package audit

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"
)

// crockford is the alphabet of ULIDs: 32 digits that sort as they count.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// idSlack is how far an identifier's time may run ahead of the clock: identifiers of one process never
// go back, also when a long unit of work still holds an earlier "now" or the clock is corrected.
const idSlack = time.Minute

var lastID struct {
	sync.Mutex
	ms     uint64
	hi, lo uint64 // the 80 random bits: 16 and 64
}

// NewID makes the identifier of an event: a ULID of 26 characters, milliseconds first, then 80 random
// bits. Those of one process sort in the order in which they were made; those of different instances
// roughly so. A record that refers to its event asks for the identifier first and sets domain.Event.ID.
func NewID(now time.Time) string {
	ms := uint64(max(now.UnixMilli(), 0))
	var r [10]byte
	_, _ = rand.Read(r[:]) // never fails: crypto/rand.Read ends the program instead
	lastID.Lock()
	defer lastID.Unlock()
	if ms > lastID.ms || lastID.ms-ms > uint64(idSlack.Milliseconds()) {
		lastID.ms = ms
		// The top bit stays free, so that counting on never overflows within a millisecond.
		lastID.hi = uint64(binary.BigEndian.Uint16(r[:2])) & 0x7fff
		lastID.lo = binary.BigEndian.Uint64(r[2:])
	} else {
		step := uint64(binary.BigEndian.Uint32(r[:4])) + 1 // a random step: the next identifier cannot be guessed
		lastID.lo += step
		if lastID.lo < step {
			lastID.hi++
		}
	}
	return formatULID(lastID.ms, lastID.hi, lastID.lo)
}

// formatULID writes 48 bits of time and 80 others as 26 digits.
func formatULID(ms, hi, lo uint64) string {
	var out [26]byte
	for i := 9; i >= 0; i-- {
		out[i] = crockford[ms&31]
		ms >>= 5
	}
	for i := 25; i >= 10; i-- {
		out[i] = crockford[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}

// idBounds gives identifiers around a period, so that a list by identifier can start and end in the index.
func idBounds(from, to time.Time) (low, high string) {
	if !from.IsZero() {
		low = formatULID(uint64(max(from.Add(-idSlack).UnixMilli(), 0)), 0, 0)
	}
	if !to.IsZero() {
		high = formatULID(uint64(max(to.Add(idSlack).UnixMilli(), 0)), 0xffff, ^uint64(0))
	}
	return low, high
}
