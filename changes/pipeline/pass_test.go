package pipeline_test

import (
	"testing"
	"time"

	"github.com/cabinetdesk/cabinet/changes/pipeline"
)

// FuzzWhatNobodySignedIsNoPass reads whatever is given as a pass: only what the signer wrote is one, byte for byte.
func FuzzWhatNobodySignedIsNoPass(f *testing.F) {
	signer := pipeline.NewSigner([]byte("0123456789abcdef0123456789abcdef"))
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	good := signer.Sign(pipeline.Pass{Change: "CHG-000001", Revision: 1, Artifact: "sha256:00", Environment: "production", Nonce: "n", IssuedAt: now.UnixMicro(), ExpiresAt: now.Add(pipeline.PassLife).UnixMicro()})
	for _, seed := range []string{good, "", "cgp1.", "cgp1..", "cgp1.e30.", good + "=", good + "\n", "x" + good, good[:len(good)-1]} {
		f.Add(seed)
	}
	if _, err := signer.Read(good, now); err != nil {
		f.Fatal(err)
	}
	long := signer.Sign(pipeline.Pass{IssuedAt: now.UnixMicro(), ExpiresAt: now.Add(time.Hour).UnixMicro()})
	if _, err := signer.Read(long, now); err == nil {
		f.Fatal("a pass that holds for an hour is one")
	}
	f.Fuzz(func(t *testing.T, token string) {
		p, err := signer.Read(token, now)
		if err == nil && signer.Sign(p) != good {
			t.Errorf("%q is a pass for %+v", token, p)
		}
	})
}

// FuzzADigestHasOneForm brings whatever is given into the form of a digest, or refuses it.
func FuzzADigestHasOneForm(f *testing.F) {
	for _, seed := range []string{digest, "SHA256:" + digest[7:], digest[7:], "sha256:xyz", "", "sha512:" + digest[7:]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := pipeline.Digest(s)
		if err != nil {
			return
		}
		if again, err := pipeline.Digest(d); err != nil || again != d || len(d) != 71 {
			t.Errorf("%q became %q, then %q, %v", s, d, again, err)
		}
	})
}
