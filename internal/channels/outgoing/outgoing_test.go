package outgoing_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/cabinetdesk/cabinet/internal/channels/outgoing"
)

// inside are addresses of this machine, of its neighbours, of clouds' metadata, and of networks that lead there, as people who
// mean harm spell them.
var inside = []string{
	"127.0.0.1", "127.1.2.3", "0.0.0.0", "0.0.0.1", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200",
	"192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1",
	"2002:7f00:1::", "2001:db8::1", "2001::1", "100::1", "fec0::1", "5f00::1", "3fff::1",
}

func TestNoAddressInsideIsReached(t *testing.T) {
	g := outgoing.NewGuard(nil)
	for _, s := range inside {
		if g.Permits(netip.MustParseAddr(s)) {
			t.Errorf("%s is reached", s)
		}
	}
	for _, s := range []string{"1.1.1.1", "93.184.216.34", "2606:4700::1111", "172.32.0.1", "100.128.0.1", "192.167.255.255"} {
		if !g.Permits(netip.MustParseAddr(s)) {
			t.Errorf("%s is not reached", s)
		}
	}
	if g := outgoing.NewGuard([]netip.Prefix{netip.MustParsePrefix("10.20.0.0/16")}); !g.Permits(netip.MustParseAddr("10.20.3.4")) || !g.Permits(netip.MustParseAddr("::ffff:10.20.3.4")) || g.Permits(netip.MustParseAddr("10.21.3.4")) {
		t.Error("configuration names one network")
	}
}

func TestAnAddressIsLookedAtBeforeItIsKept(t *testing.T) {
	g := outgoing.NewGuard(nil)
	for _, s := range []string{"", "x", "//x", "https://", "ftp://x.org/", "file:///etc/passwd", "gopher://x.org", "http://x.org/", "https://user:pass@x.org/", "https://x.org/#a", "https://x.org:99999/", "https://x.org:0/",
		"https://127.0.0.1/", "https://[::1]/", "https://[::ffff:7f00:1]/", "https://localhost/", "https://a.localhost./", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://169.254.169.254/latest/meta-data/",
		"https://x.org/ x", "https://x.org/\n", "javascript:alert(1)", "https:x.org"} {
		if _, err := g.Check(s); !errors.Is(err, outgoing.ErrURL) && !errors.Is(err, outgoing.ErrAddress) {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"https://chat.example.org/hooks/1?x=y", "https://1.1.1.1/", "https://[2606:4700::1111]:8443/a"} {
		if _, err := g.Check(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// TestTheDialerLooksAtWhereANameLeads connects to a canary on this machine by every way there is: by number, by a name that
// resolves to it, and by a redirect.
func TestTheDialerLooksAtWhereANameLeads(t *testing.T) {
	var hits atomic.Int64
	canary := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer canary.Close()
	port := canary.URL[len("http://127.0.0.1"):]
	client := outgoing.NewGuard(nil).Client()
	for _, address := range []string{canary.URL, "http://localhost" + port, "http://127.1" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port} {
		res, err := client.Get(address)
		if err == nil {
			_ = res.Body.Close()
			t.Errorf("%s was reached", address)
		}
	}
	if hits.Load() != 0 {
		t.Errorf("the canary was hit %d times", hits.Load())
	}
	if _, err := client.Get("http://localhost" + port); err == nil || outgoing.Plain(err) != "The address is not public, and its network is not allowed." {
		t.Errorf("%v", err)
	}

	redirect := httptest.NewServer(http.RedirectHandler(canary.URL, http.StatusFound))
	defer redirect.Close()
	res, err := outgoing.NewGuard([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}).Client().Get(redirect.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusFound || hits.Load() != 0 {
		t.Errorf("a redirect was followed: %d, %d hits", res.StatusCode, hits.Load())
	}
}

// FuzzCheckNeverLetsAnInsideAddressThrough holds that an address that names a number names one that is reached.
func FuzzCheckNeverLetsAnInsideAddressThrough(f *testing.F) {
	for _, s := range inside {
		f.Add("https://" + s + "/")
		f.Add("https://[" + s + "]/")
	}
	g := outgoing.NewGuard(nil)
	f.Fuzz(func(t *testing.T, s string) {
		u, err := g.Check(s)
		if err != nil {
			return
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && !g.Permits(a) || u.Scheme != "https" || u.User != nil {
			t.Errorf("%q is let through", s)
		}
	})
}
