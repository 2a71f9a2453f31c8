package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
)

// The estate is what the organisation's services are made of: services on applications, these on databases and virtual
// machines, these on clustered hosts, these in racks, these in data centres; and what people have on their desks.

// thing is a configuration item while the estate is being built.
type thing struct {
	class, name, site, team, owner string
	criticality                    int
	values                         map[string]string
	status                         string // live unless said otherwise
}

// tie joins two things by name.
type tie struct {
	from, kind, to string
	redundancy     string
	needed         int
}

// estate is the plan of all things and ties.
type estate struct {
	s      *story
	things []thing
	ties   []tie
	known  map[string]bool
}

func (e *estate) add(t thing) {
	if e.known[t.name] {
		panic("two things are called " + t.name)
	}
	e.known[t.name] = true
	e.things = append(e.things, t)
}

func (e *estate) tie(from, kind, to string) {
	e.ties = append(e.ties, tie{from: from, kind: kind, to: to})
}

// together ties several things to one, of which it takes so many.
func (e *estate) together(kind, to, redundancy string, needed int, from ...string) {
	for _, f := range from {
		e.ties = append(e.ties, tie{f, kind, to, redundancy, needed})
	}
}

// hall is a data centre.
type hall struct{ key, name, site string }

var halls = []hall{{"dc1", "Data centre 1", "lisbon"}, {"dc2", "Data centre 2", "rotterdam"}}

// offering is a business service with the application behind it.
type offering struct {
	name, team, owner string
	criticality       int
	tags              string
	apps              []string // virtual machines it takes, as a prefix and a number: "erp-app:3"
	databases         []string
	uses              []string // other services
	product           string
}

var offerings = []offering{
	{"ERP", "apps", "paul", 1, "SOX", []string{"erp-app:3", "erp-web:2"}, []string{"erp-prod"}, []string{"Identity", "Database platform", "Printing", "Mail"}, "ERP suite"},
	{"BI warehouse", "databases", "rita", 2, "SOX", []string{"bi-etl:2", "bi-web:1"}, []string{"bi-dwh"}, []string{"ERP", "Identity", "Database platform"}, "BI suite"},
	{"CRM", "apps", "yara", 2, "", []string{"crm-app:2"}, []string{"crm-prod"}, []string{"Identity", "Mail", "Database platform"}, "CRM suite"},
	{"Customer portal", "apps", "felix", 1, "PCI", []string{"portal-web:3", "portal-api:2"}, []string{"portal-prod"}, []string{"CRM", "ERP", "Firewall", "Identity"}, "Customer portal"},
	{"HR portal", "apps", "tomas", 2, "", []string{"hr-app:2"}, []string{"hr-prod"}, []string{"Identity", "ERP"}, "HR suite"},
	{"Intranet", "apps", "yara", 3, "", []string{"intranet-web:2"}, []string{"intranet-prod"}, []string{"Identity", "File shares"}, "Intranet"},
	{"Warehouse", "apps", "paul", 1, "GxP", []string{"wms-app:2"}, []string{"wms-prod"}, []string{"ERP", "Wi-Fi", "Printing"}, "Warehouse management"},
	{"Chat", "apps", "felix", 3, "", []string{"chat-app:2"}, []string{"chat-prod"}, []string{"Identity"}, "Chat server"},
	{"Mail", "workplace", "wim", 1, "", []string{"mail-mx:2", "mail-box:3"}, nil, []string{"Identity", "Firewall"}, "Mail server"},
	{"Identity", "security", "vera", 1, "SOX PCI", []string{"idp-web:2", "dc-lis:2", "dc-rtm:2"}, nil, nil, "Directory"},
	{"Database platform", "databases", "rita", 1, "SOX", nil, nil, []string{"Identity"}, ""},
	{"File shares", "workplace", "wim", 2, "", []string{"file-srv:2"}, nil, []string{"Identity"}, "File server"},
	{"Printing", "workplace", "lucia", 3, "", []string{"print-srv:2"}, nil, []string{"Identity"}, "Print server"},
	{"Telephony", "network", "kofi", 2, "", []string{"voice-gw:2"}, nil, []string{"Network core"}, "Voice gateway"},
	{"VPN", "network", "tess", 2, "", []string{"vpn-gw:2"}, nil, []string{"Identity", "Firewall"}, "VPN gateway"},
	{"Wi-Fi", "network", "niels", 3, "", []string{"wlan-ctl:2"}, nil, []string{"Network core", "Identity"}, "WLAN controller"},
	{"Network core", "network", "tess", 1, "", nil, nil, nil, ""},
	{"Firewall", "network", "tess", 1, "PCI", nil, nil, []string{"Network core"}, ""},
	{"WAN", "network", "kofi", 1, "", nil, nil, []string{"Network core"}, ""},
	{"Workplace", "workplace", "wim", 3, "", []string{"deploy-srv:1"}, nil, []string{"Identity", "File shares"}, "Software deployment"},
	{"Office applications", "workplace", "lucia", 3, "", nil, nil, []string{"Identity", "Mail"}, ""},
	{"Meeting rooms", "workplace", "stefan", 4, "", nil, nil, []string{"Wi-Fi"}, ""},
}

// planEstate builds the plan and puts its acts into the story: what is there is recorded on the first day, and then
// things happen to it.
func (s *story) planEstate() {
	e := &estate{s: s, known: map[string]bool{}}
	e.buildings()
	e.network()
	e.compute()
	e.services()
	e.desks()
	e.papers()
	at := s.start.Add(3 * time.Hour)
	for _, t := range e.things {
		if who := t.values["used_by"]; who != "" && t.class == "workstation" {
			s.devices[who] = t.name
		}
		at = at.Add(7 * time.Second)
		s.plan(at, "omar", "registers "+t.name, func(ctx context.Context) error { return s.register(ctx, t) })
	}
	for _, t := range e.ties {
		at = at.Add(3 * time.Second)
		s.plan(at, "omar", "relates "+t.from+" to "+t.to, func(ctx context.Context) error { return s.relate(ctx, t) })
	}
	s.sum.Items = len(e.things)
	s.planEstateLife(at)
}

// register records a thing; people, teams and sites by their keys.
func (s *story) register(ctx context.Context, t thing) error {
	values := map[string]string{"name": t.name}
	for k, v := range t.values {
		values[k] = v
	}
	if t.site != "" {
		values["site"] = fmt.Sprint(int64(s.sites[t.site].ID))
	}
	if t.team != "" {
		values["team"] = fmt.Sprint(int64(s.teams[t.team]))
	}
	if t.owner != "" {
		values["owner"] = fmt.Sprint(int64(s.id(t.owner)))
	}
	if who := values["used_by"]; who != "" {
		values["used_by"] = fmt.Sprint(int64(s.id(who)))
	}
	if t.criticality > 0 {
		values["criticality"] = fmt.Sprint(t.criticality)
	}
	if t.status == "" {
		t.status = cmdb.Live
	}
	c, err := s.CMDB.Register(ctx, cmdb.RegisterInput{Class: t.class, Status: t.status, Values: values})
	s.items[t.name] = c.Number
	return err
}

func (s *story) relate(ctx context.Context, t tie) error {
	_, err := s.CMDB.Relate(ctx, cmdb.RelateInput{From: s.items[t.from], Type: t.kind, To: s.items[t.to], Redundancy: t.redundancy, Needed: t.needed})
	return err
}

func (e *estate) buildings() {
	for _, p := range places {
		e.add(thing{class: "facility", name: p.name + " site", site: p.key, values: map[string]string{"type": "site"}})
	}
	for _, h := range halls {
		site := h.site
		e.add(thing{class: "facility", name: h.name, site: site, team: "network", criticality: 1, values: map[string]string{"type": "room"}})
		e.tie(h.name, "located_in", titled(site)+" site")
		for _, feed := range []string{"A", "B"} {
			ups := fmt.Sprintf("%s UPS %s", h.key, feed)
			e.add(thing{class: "facility", name: ups, site: site, team: "network", criticality: 2, values: map[string]string{"type": "power"}})
			e.tie(ups, "protects", h.name)
		}
		for i := 1; i <= 4; i++ {
			rack := fmt.Sprintf("%s rack %d", h.key, i)
			e.add(thing{class: "facility", name: rack, site: site, team: "network", values: map[string]string{"type": "rack", "height_units": "42"}})
			e.tie(rack, "located_in", h.name)
		}
	}
}

func titled(key string) string { return strings.ToUpper(key[:1]) + key[1:] }

func (e *estate) network() {
	serial := 0
	device := func(name, role, site, model string, criticality int, address string) {
		serial++
		e.add(thing{class: "network_device", name: name, site: site, team: "network", owner: "tess", criticality: criticality, values: map[string]string{"role": role, "model": model,
			"manufacturer": "Arista", "serial": fmt.Sprintf("NET%06d", 240100+serial*37), "address": address, "environment": "production", "support_until": e.in(200 + serial*9)}})
	}
	for n, h := range halls {
		for i := 1; i <= 2; i++ {
			core := fmt.Sprintf("%s-core-%02d", h.key, i)
			device(core, "router", h.site, "7500R", 1, fmt.Sprintf("10.%d.0.%d", n+1, i))
			e.tie(core, "located_in", fmt.Sprintf("%s rack %d", h.key, i))
			e.ties = append(e.ties, tie{core, "provides", "Network core", "cores of " + h.key, 1})
			fw := fmt.Sprintf("%s-fw-%02d", h.key, i)
			device(fw, "firewall", h.site, "PA-5450", 1, fmt.Sprintf("10.%d.0.%d", n+1, 10+i))
			e.tie(fw, "located_in", fmt.Sprintf("%s rack %d", h.key, i))
			e.ties = append(e.ties, tie{fw, "provides", "Firewall", "firewalls of " + h.key, 1})
		}
		for i := 1; i <= 4; i++ {
			tor := fmt.Sprintf("%s-tor-%02d", h.key, i)
			device(tor, "switch", h.site, "7050X", 2, fmt.Sprintf("10.%d.0.%d", n+1, 20+i))
			e.tie(tor, "located_in", fmt.Sprintf("%s rack %d", h.key, i))
			for j := 1; j <= 2; j++ {
				e.ties = append(e.ties, tie{tor, "connects_to", fmt.Sprintf("%s-core-%02d", h.key, j), "uplinks", 1})
			}
		}
	}
	for n, p := range places {
		short := map[string]string{"lisbon": "lis", "rotterdam": "rtm", "graz": "graz"}[p.key]
		for i := 1; i <= 4; i++ {
			sw := fmt.Sprintf("%s-sw-%02d", short, i)
			device(sw, "switch", p.key, "720XP", 3, fmt.Sprintf("10.%d.0.%d", 10+n, i))
			for j := 1; j <= 2; j++ {
				ap := fmt.Sprintf("%s-ap-%02d", short, (i-1)*2+j)
				device(ap, "access point", p.key, "C-360", 4, fmt.Sprintf("10.%d.1.%d", 10+n, (i-1)*2+j))
				e.tie(ap, "connects_to", sw)
			}
		}
		line := fmt.Sprintf("%s line", p.name)
		e.add(thing{class: "circuit", name: line, site: p.key, team: "network", owner: "kofi", criticality: 2, values: map[string]string{"provider": "EuroNet", "circuit_id": fmt.Sprintf("EN-%d", 70431+n*17), "rate_mbps": "1000"}})
		e.ties = append(e.ties, tie{line, "provides", "WAN", "", 0})
	}
}

// in is a day so many days from the end of the story.
func (e *estate) in(days int) string { return e.s.now.AddDate(0, 0, days).Format("2006-01-02") }
