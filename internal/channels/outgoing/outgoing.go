// Package outgoing is the one way by which the desk reaches other hosts. Every connection is made by one dialer, which looks
// at the address after the name was resolved, at the moment of connecting: a name that leads somewhere else the second
// time leads nowhere.
//
// Invariants:
//
//  1. No connection is made to an address that is not public, unless configuration names its network.
//  2. Without encryption nothing is sent but to networks that configuration names.
//  3. Redirects are not followed, proxies of the environment are not used, and nothing waits without end.
package outgoing

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// The error codes of this package.
var (
	ErrAddress = domain.Code(domain.Invalid, "address_refused", "The desk does not connect to that address")
	ErrURL     = domain.Code(domain.Invalid, "url_unsound", "That is no address to send to")
)

// Patience is for how long a whole exchange may last.
const Patience = 10 * time.Second

// refused are networks that are not public although Go would call them so, or that lead to others.
var refused = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// Guard says to which addresses the desk connects.
type Guard struct{ allowed []netip.Prefix }

// NewGuard allows public addresses, and networks that configuration names.
func NewGuard(allowed []netip.Prefix) Guard { return Guard{allowed} }

// Allowed tells whether an address is in a network that configuration names.
func (g Guard) Allowed(a netip.Addr) bool { return within(a.Unmap().WithZone(""), g.allowed) }

// Permits tells whether the desk connects to an address.
func (g Guard) Permits(a netip.Addr) bool {
	if !a.IsValid() {
		return false
	}
	if g.Allowed(a) {
		return true
	}
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast() && !within(a, refused)
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Check tells what can be told of an address before anything is sent: that it is one, and, where it names no host but a
// number, that the desk connects to it. Errors: url_unsound, address_refused.
func (g Guard) Check(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.Hostname() == "" || len(address) > 1000 || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return nil, ErrURL.With("body.url", "an address looks like https://ci.example.org/hooks/cabinet")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, ErrURL.With("body.url", "an address begins with https://")
	case u.User != nil:
		return nil, ErrURL.With("body.url", "an address holds no password: the signature says who sends")
	case u.Fragment != "":
		return nil, ErrURL.With("body.url", "what follows # is never sent")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return nil, ErrURL.With("body.url", "a port is a number")
		}
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(u.Hostname(), "."))
	switch {
	case err == nil && !g.Permits(addr):
		return nil, ErrAddress.With("body.url", "that address is not public, and the administrator of the server has not allowed its network")
	case err == nil && u.Scheme == "http" && !g.Allowed(addr):
		return nil, ErrURL.With("body.url", "an address begins with https://")
	case err != nil && u.Scheme == "http" && len(g.allowed) == 0:
		return nil, ErrURL.With("body.url", "an address begins with https://")
	case err != nil && local(u.Hostname()) && len(g.allowed) == 0:
		return nil, ErrAddress.With("body.url", "that host is this machine, and the administrator of the server has not allowed it")
	}
	return u, nil
}

// local tells whether a name can be nothing but this machine, or a number in other clothes.
func local(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	last := host[strings.LastIndex(host, ".")+1:]
	_, err := strconv.ParseUint(last, 0, 64)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil
}

// Client makes an HTTP client that follows the rules of this package.
func (g Guard) Client() *http.Client {
	return &http.Client{
		Timeout:       Patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            g.dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    Patience,
			ResponseHeaderTimeout:  Patience,
			MaxResponseHeaderBytes: 32 << 10,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			ForceAttemptHTTP2:      true,
		},
	}
}

type plain struct{}

// Plainly marks a request that goes out without encryption: then only allowed networks are reached.
func Plainly(ctx context.Context) context.Context { return context.WithValue(ctx, plain{}, true) }

// dial connects; what is refused is refused by the address that the system is about to connect to.
func (g Guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	bare, _ := ctx.Value(plain{}).(bool)
	d := net.Dialer{Timeout: Patience, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !g.Permits(at.Addr()) || bare && !g.Allowed(at.Addr()) {
			return ErrAddress
		}
		return nil
	}}
	return d.DialContext(ctx, network, address)
}

// Plain says in words for an operator what went wrong, without what the other side could have put there.
func Plain(err error) string {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, ErrAddress):
		return "The address is not public, and its network is not allowed."
	case errors.As(err, &dns):
		return "The name of the host is not known."
	case errors.As(err, &timeout) && timeout.Timeout():
		return "The other side took too long."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The other side refuses connections."
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return "The certificate of the other side is not trusted."
	}
	return "The connection failed."
}
