package people

import "github.com/alexedwards/argon2id"

// Weakness says what is wrong with a password.
func Weakness(password string, p Person) string { return weakness(password, p) }

// DummyHash is what a login without an account is compared with.
const DummyHash = dummyHash

// OlderHash hashes with weaker parameters than today's.
func OlderHash(password string) (string, error) {
	p := hashing
	p.Memory = 8 * 1024
	return argon2id.CreateHash(password, &p)
}

// Hashing is today's parameters.
func Hashing() argon2id.Params { return hashing }
