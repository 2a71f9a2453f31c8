package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/cabinetdesk/cabinet/cmdb"
)

// vmsAt hands virtual machines to the clusters in turn.
var clusters = []string{"dc1-esx", "dc2-esx"}

func (e *estate) compute() {
	for n, h := range halls {
		cluster := h.key + "-esx"
		e.add(thing{class: "cluster", name: cluster, site: h.site, team: "apps", owner: "paul", criticality: 1, values: map[string]string{"technology": "vSphere", "environment": "production"}})
		for i := 1; i <= 6; i++ {
			host := fmt.Sprintf("%s-esx-%02d", h.key, i)
			e.add(thing{class: "server", name: host, site: h.site, team: "apps", owner: "paul", criticality: 2, values: map[string]string{"manufacturer": "Dell", "model": "PowerEdge R760",
				"serial": fmt.Sprintf("DL%05d", 31000+n*500+i*13), "asset_tag": fmt.Sprintf("A-%05d", 10400+n*50+i), "cpu_cores": "64", "memory_gb": "1024", "operating_system": "ESXi 8",
				"address": fmt.Sprintf("10.%d.10.%d", n+1, i), "environment": "production", "warranty_until": e.in(-40 + i*90), "cost": "18400 EUR"}})
			e.together("member_of", cluster, "hosts", 4, host)
			e.tie(host, "located_in", fmt.Sprintf("%s rack %d", h.key, 1+i%4))
			e.tie(host, "connects_to", fmt.Sprintf("%s-tor-%02d", h.key, 1+i%4))
		}
		for i := 1; i <= 2; i++ {
			array := fmt.Sprintf("%s-san-%02d", h.key, i)
			e.add(thing{class: "storage", name: array, site: h.site, team: "databases", owner: "emil", criticality: 1, values: map[string]string{"manufacturer": "NetApp", "model": "AFF A400",
				"serial": fmt.Sprintf("NA%06d", 77120+n*10+i), "capacity_tb": "120", "environment": "production", "support_until": e.in(300)}})
			e.tie(array, "located_in", fmt.Sprintf("%s rack %d", h.key, 2+i))
			e.ties = append(e.ties, tie{cluster, "uses", array, "arrays", 1})
		}
		for i := 1; i <= 2; i++ {
			db := fmt.Sprintf("%s-db-%02d", h.key, i)
			e.add(thing{class: "server", name: db, site: h.site, team: "databases", owner: "rita", criticality: 1, values: map[string]string{"manufacturer": "Dell", "model": "PowerEdge R960",
				"serial": fmt.Sprintf("DL%05d", 41000+n*500+i*17), "asset_tag": fmt.Sprintf("A-%05d", 10600+n*50+i), "cpu_cores": "96", "memory_gb": "2048", "operating_system": "Debian 12",
				"address": fmt.Sprintf("10.%d.20.%d", n+1, i), "environment": "production", "warranty_until": e.in(120 + i*60), "cost": "46100 EUR", "tags": "SOX"}})
			e.tie(db, "located_in", fmt.Sprintf("%s rack %d", h.key, i))
			e.tie(db, "connects_to", fmt.Sprintf("%s-tor-%02d", h.key, i))
			e.tie(db, "uses", fmt.Sprintf("%s-san-%02d", h.key, i))
		}
		e.add(thing{class: "server", name: h.key + "-backup-01", site: h.site, team: "databases", owner: "zoe", criticality: 2, values: map[string]string{"manufacturer": "HPE", "model": "Apollo 4510",
			"serial": fmt.Sprintf("HP%05d", 51000+n), "memory_gb": "256", "operating_system": "Debian 12", "environment": "production", "warranty_until": e.in(-12)}})
		e.tie(h.key+"-backup-01", "located_in", fmt.Sprintf("%s rack 4", h.key))
	}
}

func (e *estate) services() {
	vm := 0
	for _, o := range offerings {
		e.add(thing{class: "business_service", name: o.name, team: o.team, owner: o.owner, criticality: o.criticality, values: map[string]string{"environment": "production", "tags": o.tags,
			"audience": "the whole organisation", "recovery_minutes": strconv.Itoa(o.criticality * 60)}})
	}
	for _, o := range offerings {
		service := o.name + " production"
		if len(o.apps) > 0 {
			e.add(thing{class: "application_service", name: service, team: o.team, owner: o.owner, criticality: o.criticality, values: map[string]string{"environment": "production", "tags": o.tags,
				"endpoint": "https://" + strings.ReplaceAll(strings.ToLower(o.name), " ", "-") + ".harbour.example"}})
			e.tie(service, "provides", o.name)
			e.add(thing{class: "application", name: o.product + " application", team: o.team, owner: o.owner, criticality: o.criticality, values: map[string]string{"version": fmt.Sprintf("%d.%d", 4+len(o.name)%5, len(o.product)%9), "vendor": "Various"}})
			e.tie(service, "uses", o.product+" application")
		}
		for _, spec := range o.apps {
			prefix, number, _ := strings.Cut(spec, ":")
			count, _ := strconv.Atoi(number) //nolint:errcheck // the table above
			for i := 1; i <= count; i++ {
				vm++
				cluster := clusters[vm%2]
				name := fmt.Sprintf("%s-%02d", prefix, i)
				e.add(thing{class: "virtual_machine", name: name, site: halls[vm%2].site, team: o.team, owner: o.owner, values: map[string]string{"operating_system": "Debian 12", "vcpus": strconv.Itoa(2 << (vm % 3)),
					"memory_gb": strconv.Itoa(8 << (vm % 4)), "disk_gb": strconv.Itoa(60 + 20*(vm%5)), "address": fmt.Sprintf("10.%d.30.%d", 1+vm%2, vm), "environment": "production", "tags": o.tags}})
				e.tie(name, "runs_on", cluster)
				if count > 1 {
					e.ties = append(e.ties, tie{service, "runs_on", name, prefix, count - 1})
				} else {
					e.tie(service, "runs_on", name)
				}
			}
		}
		for i, d := range o.databases {
			e.add(thing{class: "database", name: d, team: "databases", owner: "rita", criticality: o.criticality, values: map[string]string{"engine": "PostgreSQL", "version": "15", "size_gb": strconv.Itoa(200 + 40*len(o.name)), "environment": "production", "tags": o.tags}})
			host := fmt.Sprintf("%s-db-%02d", halls[(len(o.name)+i)%2].key, 1+len(o.name)%2)
			e.tie(d, "runs_on", host)
			e.tie(service, "uses", d)
			e.tie(d, "provides", "Database platform")
			e.tie(halls[(len(o.name)+i)%2].key+"-backup-01", "backs_up", d)
			e.add(thing{class: "database", name: strings.Replace(d, "-prod", "-test", 1) + "-copy", team: "databases", owner: "emil", criticality: 4, values: map[string]string{"engine": "PostgreSQL", "version": "15", "environment": "test"}})
		}
		for _, u := range o.uses {
			e.tie(o.name, "uses", u)
		}
	}
	for i := 1; i <= 18; i++ { // what developers have
		name := fmt.Sprintf("test-vm-%02d", i)
		e.add(thing{class: "virtual_machine", name: name, site: halls[i%2].site, team: "apps", criticality: 4, values: map[string]string{"operating_system": "Debian 12", "vcpus": "2", "memory_gb": "8", "environment": []string{"test", "development"}[i%2]}})
		e.tie(name, "runs_on", clusters[i%2])
	}
}

// desks are what people have: a laptop each, a telephone some, printers on every floor.
func (e *estate) desks() {
	makers := []struct{ maker, model string }{{"Lenovo", "ThinkPad T14"}, {"Dell", "Latitude 7450"}, {"HP", "EliteBook 845"}}
	for i, m := range cast {
		site := m.site
		if site == "" {
			site = "lisbon"
		}
		kit := makers[i%len(makers)]
		e.add(thing{class: "workstation", name: fmt.Sprintf("NB-%05d", 20000+i*211), site: site, team: "workplace", values: map[string]string{"used_by": m.login, "manufacturer": kit.maker, "model": kit.model,
			"serial": fmt.Sprintf("PF%05dX", 60000+i*37), "asset_tag": fmt.Sprintf("A-%05d", 20000+i), "operating_system": "Windows 11", "memory_gb": "16", "cost": "1290 EUR", "warranty_until": e.in(-200 + i*31), "environment": "production"}})
		e.add(thing{class: "peripheral", name: fmt.Sprintf("Display %05d", 30000+i*3), site: site, team: "workplace", values: map[string]string{"used_by": m.login, "manufacturer": "Dell", "model": "U2724D",
			"serial": fmt.Sprintf("CN%06dZ", 500000+i*71), "warranty_until": e.in(-60 + i*25)}})
		if i%3 == 0 {
			e.add(thing{class: "mobile", name: "Phone of " + m.name, site: site, team: "workplace", values: map[string]string{"used_by": m.login, "manufacturer": "Samsung", "model": "Galaxy A55",
				"serial": fmt.Sprintf("R5CX%06d", 100000+i*91), "warranty_until": e.in(-100 + i*20)}})
		}
	}
	for i := 0; i < 24; i++ { // a pool in stock, and older ones that nobody took out of the list
		kit := makers[i%len(makers)]
		t := thing{class: "workstation", name: fmt.Sprintf("NB-%05d", 28800+i*7), site: places[i%3].key, team: "workplace", status: cmdb.InStock, values: map[string]string{"manufacturer": kit.maker, "model": kit.model,
			"serial": fmt.Sprintf("PF%05dY", 71000+i*29), "asset_tag": fmt.Sprintf("A-%05d", 21000+i), "memory_gb": "16", "warranty_until": e.in(400 - i*20)}}
		if i%5 == 4 {
			t.status = cmdb.Retired
		}
		e.add(t)
	}
	// One of the pool was written down a second time, from its label: for the queue of what may be one.
	e.add(thing{class: "workstation", name: "Laptop A-21003", site: places[0].key, team: "workplace", status: cmdb.InStock, values: map[string]string{"asset_tag": "A-21003", "manufacturer": "Lenovo", "cost": "1190 EUR"}})
	for n, p := range places {
		for i := 1; i <= 10; i++ {
			name := fmt.Sprintf("PR-%s-%02d", strings.ToUpper(p.name[:3]), i)
			e.add(thing{class: "printer", name: name, site: p.key, team: "workplace", criticality: 4, values: map[string]string{"manufacturer": "Kyocera", "model": "TASKalfa 3554ci", "colour": "yes",
				"serial": fmt.Sprintf("KY%06d", 300000+n*100+i), "address": fmt.Sprintf("10.%d.2.%d", 10+n, i), "warranty_until": e.in(-30 + i*40)}})
			short := map[string]string{"lisbon": "lis", "rotterdam": "rtm", "graz": "graz"}[p.key]
			e.tie(name, "connects_to", fmt.Sprintf("%s-sw-%02d", short, 1+i%4))
		}
	}
}

// papers are contracts and licences, and what they cover.
func (e *estate) papers() {
	for i, c := range []struct{ name, covers string }{{"Server maintenance Dell", "dc1-esx"}, {"Storage support NetApp", "dc1-san-01"}, {"Network support Arista", "dc1-core-01"}, {"Lines EuroNet", "Lisbon line"},
		{"Printers Kyocera", "PR-LIS-01"}, {"ERP maintenance", "ERP suite application"}} {
		e.add(thing{class: "contract", name: c.name, team: "workplace", owner: "omar", values: map[string]string{"contract_number": fmt.Sprintf("C-2%03d", 114+i*7), "starts_on": e.in(-400 + i*30), "ends_on": e.in(20 + i*75), "value": fmt.Sprintf("%d EUR", 12000+i*4100)}})
		e.tie(c.name, "covers", c.covers)
	}
	for i, name := range []string{"Office suite", "Drawing program", "Virtualisation", "Backup software", "Endpoint protection", "Database tools"} {
		e.add(thing{class: "software_product", name: name, team: "workplace", values: map[string]string{"vendor": "Various", "version": strconv.Itoa(2024 + i%3)}})
		e.add(thing{class: "licence", name: name + " licences", team: "workplace", owner: "omar", values: map[string]string{"seats": strconv.Itoa(50 + i*20), "expires_on": e.in(30 + i*60), "licensed_to": "Harbour Logistics"}})
		e.tie(name+" licences", "covers", name)
	}
}

// planEstateLife is what happens to the estate in ninety days: groups, upgrades, a host that leaves, owners who look.
func (s *story) planEstateLife(recorded time.Time) {
	day := func(n int) time.Time { return midnight(s.start).AddDate(0, 0, n).Add(10 * time.Hour) }
	amend := func(at time.Time, who, name string, values map[string]string, since time.Duration) {
		s.plan(at, who, "amends "+name, func(ctx context.Context) error {
			in := cmdb.AmendInput{Number: s.items[name], Values: values}
			if since > 0 {
				in.Origin.Effective = s.clock.Now().Add(-since)
			}
			_, err := s.CMDB.Amend(ctx, in)
			return err
		})
	}
	move := func(at time.Time, who, name, event, reason string) {
		s.plan(at, who, event+" "+name, func(ctx context.Context) error {
			_, err := s.CMDB.Move(ctx, cmdb.MoveInput{Number: s.items[name], Event: event, Reason: reason})
			return err
		})
	}
	for i, g := range []struct {
		key, name, purpose string
		members            []string
	}{
		{"financial-systems", "Financial systems", "Everything that books revenue or cost: in scope of the annual audit.", []string{"ERP", "ERP production", "erp-prod", "BI warehouse", "bi-dwh", "Database platform"}},
		{"customer-facing", "Customer-facing", "What customers notice at once.", []string{"Customer portal", "CRM", "Mail", "Telephony"}},
		{"card-data", "Card data", "Systems that see payment cards.", []string{"Customer portal", "portal-prod", "Firewall"}},
	} {
		at := recorded.Add(time.Duration(i+1) * 20 * time.Minute)
		s.plan(at, "ines", "founds a group", func(ctx context.Context) error {
			_, err := s.CMDB.SetGroup(ctx, cmdb.Group{Key: g.key, Name: g.name, Purpose: g.purpose})
			return err
		})
		for j, m := range g.members {
			s.plan(at.Add(time.Duration(j+1)*time.Minute), "ines", "adds "+m+" to a group", func(ctx context.Context) error {
				_, err := s.CMDB.Join(ctx, cmdb.MemberInput{Group: g.key, Number: s.items[m], From: s.start, Reason: "Agreed with the auditors."})
				return err
			})
		}
	}
	s.plan(day(41), "ines", "adds HR to the financial systems", func(ctx context.Context) error {
		_, err := s.CMDB.Join(ctx, cmdb.MemberInput{Group: "financial-systems", Number: s.items["HR portal"], From: day(38), Reason: "Payroll runs there since the first of the month."})
		return err
	})
	s.plan(day(66), "ines", "takes the warehouse out", func(ctx context.Context) error {
		_, err := s.CMDB.Leave(ctx, cmdb.MemberInput{Group: "financial-systems", Number: s.items["BI warehouse"], Reason: "Reports only: it books nothing."})
		return err
	})
	amend(day(20), "paul", "erp-app-02", map[string]string{"memory_gb": "64", "vcpus": "16"}, 0)
	amend(day(33), "rita", "erp-prod", map[string]string{"size_gb": "520"}, 0)
	amend(day(52), "rita", "dc1-db-01", map[string]string{"memory_gb": "3072"}, 30*time.Hour)
	amend(day(58), "paul", "ERP suite application", map[string]string{"version": "8.2"}, 0)
	amend(day(71), "tess", "dc2-fw-01", map[string]string{"support_until": s.now.AddDate(3, 0, 0).Format("2006-01-02")}, 0)
	move(day(47), "paul", "dc1-esx-06", "maintain", "A memory module reports errors.")
	move(day(49), "paul", "dc1-esx-06", "resume", "")
	move(day(76), "paul", "dc2-esx-06", "maintain", "Firmware of the storage adapter.")
	move(day(62), "wim", "NB-28800", "go_live", "")
	amend(day(62).Add(time.Hour), "wim", "NB-28800", map[string]string{"used_by": fmt.Sprint(int64(s.id("nina")))}, 0)
	move(day(70), "wim", "NB-28828", "dispose", "Sent to the recycler.")
	s.plan(day(55), "omar", "moves crm-app-02 to the other cluster", func(ctx context.Context) error {
		_, rows, others, err := s.CMDB.Relations(ctx, s.items["crm-app-02"], cmdb.Moment{})
		if err != nil {
			return err
		}
		for _, r := range rows {
			host, ok := others[r.ToID]
			if !ok || r.Type != "runs_on" {
				continue
			}
			if _, err := s.CMDB.Unrelate(ctx, cmdb.UnrelateInput{Ref: r.Ref, Reason: "Moved for balance."}); err != nil {
				return err
			}
			other := clusters[0]
			if host.Facts.Name == other {
				other = clusters[1]
			}
			return s.relate(ctx, tie{from: "crm-app-02", kind: "runs_on", to: other})
		}
		return nil
	})
	for i, o := range offerings { // most owners look at what they own; some have not for a while
		if i%4 == 3 {
			continue
		}
		s.plan(day(30+i*2), o.owner, "attests "+o.name, func(ctx context.Context) error {
			_, err := s.CMDB.Attest(ctx, s.items[o.name], 0)
			return err
		})
	}
}
