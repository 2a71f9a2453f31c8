package audit

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/cabinetdesk/cabinet/domain"
)

// KeyFile is the name of the key in the log's folder, which is never inside the database.
const KeyFile = "audit.key"

const pemType = "PRIVATE KEY" // PKCS #8, RFC 5958

// Key signs checkpoints (Ed25519) and authenticates events until they are sealed.
type Key struct {
	private ed25519.PrivateKey
	mac     []byte
}

func newKey(private ed25519.PrivateKey) (*Key, error) {
	mac, err := hkdf.Key(sha256.New, private.Seed(), nil, "cabinet audit event mac v1", 32)
	if err != nil {
		return nil, ErrKey.Wrap(err)
	}
	return &Key{private: private, mac: mac}, nil
}

// derive makes a key of 32 bytes for a purpose; what is made for one says nothing about another, nor about the key itself.
func (k *Key) derive(purpose string) ([]byte, error) {
	out, err := hkdf.Key(sha256.New, k.private.Seed(), nil, "cabinet "+purpose, 32)
	if err != nil {
		return nil, ErrKey.Wrap(err)
	}
	return out, nil
}

// LoadKey reads the key of the log from a folder, or makes it at the first start: a PKCS #8 file that
// only its owner may read (0400). It fails with [ErrKey] for a file that others may read, or that is
// not an Ed25519 key.
func LoadKey(dir string) (*Key, error) {
	path := filepath.Join(dir, KeyFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(dir, path); err != nil {
			return nil, ErrKey.Because("The key file %s cannot be made.", KeyFile).Wrap(err)
		}
		raw, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, ErrKey.Because("The key file %s cannot be read.", KeyFile).Wrap(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, ErrKey.Wrap(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, ErrKey.Because("The key file %s may be read by others (mode %04o): make it 0400, and consider whether the key is still secret.", KeyFile, info.Mode().Perm())
	}
	block, _ := pem.Decode(raw)
	if block == nil || block.Type != pemType {
		return nil, ErrKey.Because("The file %s holds no private key.", KeyFile)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, ErrKey.Because("The file %s holds no private key.", KeyFile).Wrap(err)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, ErrKey.Because("The key in %s is not an Ed25519 key.", KeyFile)
	}
	return newKey(private)
}

// makeKey writes a new key under another name and links it into place, so that of two instances that
// start together on one folder the first one's key is used by both.
func makeKey(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, KeyFile+".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	err = errors.Join(f.Chmod(0o400), pem.Encode(f, &pem.Block{Type: pemType, Bytes: der}), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// ephemeralKey is a key that dies with the process, for a log without a folder.
func ephemeralKey() (*Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, ErrKey.Wrap(err)
	}
	return newKey(private)
}

// VerifierKey is the public key under the name of a log, as C2SP signed notes write it
// ("origin+hash+base64"): what an auditor keeps.
func (k *Key) VerifierKey(origin string) (string, error) {
	s, err := note.NewEd25519VerifierKey(origin, k.private.Public().(ed25519.PublicKey))
	if err != nil {
		return "", ErrKey.Wrap(err)
	}
	return s, nil
}

// signer signs notes under the name of a log. One key can stand behind several origins, so it is not
// kept in the note package's own format, which binds it to one name.
type signer struct {
	name string
	key  *Key
}

func (s signer) Name() string { return s.name }

// KeyHash is the first four bytes of SHA-256(name 0x0A 0x01 public key), see C2SP signed-note.
func (s signer) KeyHash() uint32 {
	public := s.key.private.Public().(ed25519.PublicKey)
	sum := sha256.Sum256(append(append([]byte(s.name), '\n', 1), public...))
	return binary.BigEndian.Uint32(sum[:4])
}

func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key.private, msg), nil }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// originStarted is the first event of every origin.
type originStarted struct {
	origin   Origin
	previous Checkpoint
	reason   string
	lost     []string // origins that were signed, and that the database no longer knows
	id       string
	adopted  int64
}

// Event makes log.started, or log.recovered when there was a log before. The digest is the SHA-256 of the
// public key, so that the key of an old origin is itself sealed by the ones after it.
func (s originStarted) Event() domain.Event {
	sum := sha256.Sum256([]byte(s.origin.VerifierKey))
	ev := domain.Event{ID: s.id, Type: "log.started", EntityKind: "log", Entity: s.origin.Name, Version: 1,
		Digest: hex.EncodeToString(sum[:]), Visibility: domain.Restricted,
		Fields: []domain.FieldChange{{Field: "public_key", After: s.origin.VerifierKey}}}
	if s.reason != "" {
		ev.Type = "log.recovered"
		ev.Fields = append(ev.Fields, domain.FieldChange{Field: "reason", After: s.reason},
			domain.FieldChange{Field: "previous", After: s.previous.Note})
		if s.previous.Origin != "" {
			ev.Scope = []string{previousPrefix + s.previous.Origin, "previous_size:" + strconv.FormatInt(s.previous.Size, 10),
				"previous_root:" + s.previous.Root.String()}
		}
		for _, name := range s.lost {
			ev.Scope = append(ev.Scope, lostPrefix+name)
		}
		if s.adopted > 0 {
			ev.Scope = append(ev.Scope, "adopted:"+strconv.FormatInt(s.adopted, 10))
		}
	}
	return ev
}

const (
	previousPrefix = "previous:"
	lostPrefix     = "lost:"
)

// sameKey tells whether two verifier keys ("name+hash+key") differ in their names only.
func sameKey(a, b string) bool {
	return a[strings.LastIndexByte(a, '+')+1:] == b[strings.LastIndexByte(b, '+')+1:]
}
