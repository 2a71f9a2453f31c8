package model

import (
	"errors"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Kind is what sort of value an attribute has.
type Kind string

// The kinds that a class may declare, and those that only the core has.
const (
	Text      Kind = "text"
	Number    Kind = "number"
	Date      Kind = "date"
	Money     Kind = "money"
	Enum      Kind = "enum"
	Boolean   Kind = "boolean"
	Reference Kind = "reference"
	IP        Kind = "ip"
	MAC       Kind = "mac"
	URL       Kind = "url"

	Person Kind = "person"
	Team   Kind = "team"
	Site   Kind = "site"
	Tags   Kind = "tags"
)

// Kinds are those that a class may declare.
var Kinds = []Kind{Text, Number, Date, Money, Enum, Boolean, Reference, IP, MAC, URL}

// MaxValue is how long a value may be, in bytes.
const MaxValue = 4000

var (
	numberShape = regexp.MustCompile(`^[+-]?[0-9]{1,30}(\.[0-9]{1,12})?$`)
	moneyShape  = regexp.MustCompile(`^([A-Za-z]{3} ?)?([+-]?[0-9]{1,15}(?:[.,][0-9]{1,2})?)( ?[A-Za-z]{3})?$`)
	tagShape    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$`)
	ciShape     = regexp.MustCompile(`^(?i)ci-?0*([1-9][0-9]{0,14})$`)
	keyRef      = regexp.MustCompile(`^[1-9][0-9]{0,18}$`)
)

// Canon reads a value as people and files write it, and gives its canonical text: "" for none. It fails with a
// sentence for the person who wrote it. References are canonical numbers ("CI-000007"), people, teams and sites
// their internal keys: whether there is such a thing is for the caller.
func (a Attribute) Canon(s string) (string, error) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", errors.New("the value is not text")
	}
	if len(s) > MaxValue {
		return "", errors.New("the value is longer than " + strconv.Itoa(MaxValue) + " bytes")
	}
	if s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")); s == "" {
		return "", nil
	}
	read := readers[a.Kind]
	if read == nil {
		return "", errors.New("the attribute has no known kind")
	}
	return read(a, s)
}

var readers = map[Kind]func(a Attribute, s string) (string, error){
	Text: func(a Attribute, s string) (string, error) {
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			return "", errors.New("the value holds control characters")
		}
		if a.Key == "name" || a.Key == "serial" || a.Key == "asset_tag" {
			s = strings.Join(strings.Fields(s), " ")
			if len(s) > 300 {
				return "", errors.New("this is longer than 300 bytes")
			}
		}
		return s, nil
	},
	Number: func(_ Attribute, s string) (string, error) { return decimal(s) },
	Date: func(_ Attribute, s string) (string, error) {
		for _, layout := range []string{"2006-01-02", time.RFC3339Nano, "2006-01-02 15:04:05"} {
			if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1900 && t.Year() < 2200 {
				return t.Format("2006-01-02"), nil
			}
		}
		return "", errors.New("a date looks like 2026-03-02")
	},
	Money: money,
	Enum: func(a Attribute, s string) (string, error) {
		for _, o := range a.Options {
			if strings.EqualFold(o, s) {
				return o, nil
			}
		}
		return "", errors.New("choose one of: " + strings.Join(a.Options, ", "))
	},
	Boolean: func(_ Attribute, s string) (string, error) {
		switch strings.ToLower(s) {
		case "true", "yes", "y", "1", "on":
			return "true", nil
		case "false", "no", "n", "0", "off":
			return "false", nil
		}
		return "", errors.New("say yes or no")
	},
	Reference: func(_ Attribute, s string) (string, error) {
		m := ciShape.FindStringSubmatch(s)
		if m == nil {
			return "", errors.New("a configuration item is named like CI-000007")
		}
		n, _ := strconv.ParseInt(m[1], 10, 64) //nolint:errcheck // at most 15 digits
		return "CI-" + pad(n), nil
	},
	IP: func(_ Attribute, s string) (string, error) {
		if p, err := netip.ParsePrefix(s); err == nil {
			return p.String(), nil
		}
		if p, err := netip.ParseAddr(s); err == nil && p.Zone() == "" {
			return p.Unmap().String(), nil
		}
		return "", errors.New("an address looks like 10.1.2.3, 10.1.2.0/24 or 2001:db8::1")
	},
	MAC: func(_ Attribute, s string) (string, error) {
		if h, err := net.ParseMAC(s); err == nil && (len(h) == 6 || len(h) == 8) {
			return h.String(), nil
		}
		return "", errors.New("a hardware address looks like 00:1b:44:11:3a:b7")
	},
	URL: func(_ Attribute, s string) (string, error) {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "ssh", "ftp", "sftp", "ldap", "ldaps"}, u.Scheme) {
			return "", errors.New("a link looks like https://wiki.example.org/page")
		}
		return u.String(), nil
	},
	Person: internalKey, Team: internalKey, Site: internalKey,
	Tags: func(a Attribute, s string) (string, error) {
		var out []string
		for _, t := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) }) {
			if !tagShape.MatchString(t) {
				return "", errors.New("a tag has letters, digits, - and _, at most 40")
			}
			for _, known := range a.Options { // the standard ones have one spelling
				if strings.EqualFold(known, t) {
					t = known
				}
			}
			out = append(out, t)
		}
		slices.Sort(out)
		if out = slices.Compact(out); len(out) > 20 {
			return "", errors.New("an item has at most 20 tags")
		}
		return strings.Join(out, " "), nil
	},
}

func internalKey(_ Attribute, s string) (string, error) {
	if !keyRef.MatchString(s) {
		return "", errors.New("there is no such person, team or site")
	}
	return s, nil
}

// decimal reads a plain number and drops what says nothing: a plus, leading and trailing zeros.
func decimal(s string) (string, error) {
	if !numberShape.MatchString(s) {
		return "", errors.New("a number has digits and at most one point")
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return "", errors.New("a number has digits and at most one point")
	}
	text := r.FloatString(12)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if text == "-0" || text == "" {
		text = "0"
	}
	return text, nil
}

// money reads an amount with or without a currency (ISO 4217 code): "1234.50 EUR".
func money(_ Attribute, s string) (string, error) {
	s = strings.NewReplacer("€", "EUR", "$", "USD", "£", "GBP", "\u00a0", " ").Replace(s)
	bad := errors.New("an amount looks like 1234.50 EUR")
	m := moneyShape.FindStringSubmatch(s)
	if m == nil || (m[1] != "" && m[3] != "") {
		return "", bad
	}
	r, ok := new(big.Rat).SetString(strings.ReplaceAll(m[2], ",", "."))
	if !ok {
		return "", bad
	}
	currency := strings.ToUpper(strings.TrimSpace(m[1] + m[3]))
	return strings.TrimSpace(r.FloatString(2) + " " + currency), nil
}

func pad(n int64) string {
	s := strconv.FormatInt(n, 10)
	if len(s) < 6 {
		s = strings.Repeat("0", 6-len(s)) + s
	}
	return s
}
