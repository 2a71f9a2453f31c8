package tales

import "github.com/cabinetdesk/cabinet/changes"

// Proposal is what a plan of a change says.
type Proposal struct {
	Title, Text, Service, Class, Team string
	Risk                              changes.Risk
	Why, How, Test, Back              string
	Touches                           []string
	Problem                           string // the key of the problem that it mends, empty for none
}

// Proposals are all of them, by a word.
var Proposals = map[string]Proposal{
	"patches": {"Monthly patches for the file servers in {site}", "Operating system patches of this month on both nodes, one after the other.", "File shares", "Software", "workplace", changes.Low,
		"Two of the patches close vulnerabilities that are being exploited elsewhere.", "1. Move the shares to node 2\n2. Patch and restart node 1\n3. Move the shares back\n4. Patch and restart node 2",
		"Open, write and delete a file on three shares from a client of each site.", "Move the shares to the node that is not patched yet; restore the snapshot of the other.", []string{"File shares"}, ""},
	"mailstore": {"Migrate mail store to the new volumes", "Move 1.8 TB of mailboxes to the new storage, store by store.", "Mail", "Software", "apps", changes.High,
		"The old storage leaves maintenance at the end of the quarter.", "1. Announce the window\n2. Copy mailboxes with `mailmove --verify`\n3. Switch the stores\n4. Watch queues for an hour",
		"Send and receive at each site; compare the number of mails of 50 mailboxes.", "Switch back to the old volumes; they stay untouched for seven days.", []string{"Mail"}, ""},
	"spooler": {"Replace the series 5 printer driver by the universal driver", "All print queues in Rotterdam go to the universal driver.", "Printing", "Software", "workplace", changes.Medium,
		"Ends the hanging spooler without waiting for the vendor.", "1. Add the universal driver\n2. Switch ten queues and wait a day\n3. Switch the rest",
		"Print duplex from two clients at once, twenty times, on each model.", "Switch the queues back to series 5; both drivers stay installed for a month.", []string{"Printing"}, "spooler"},
	"posting": {"Change the order of locks in the release of orders", "The release takes the period lock first, as posting does.", "ERP", "Database", "databases", changes.High,
		"Removes the cause of deadlocks and of error 4xx at the month's end.", "1. Deploy package `release_orders` 2.7\n2. Invalidate sessions\n3. Run the release once by hand",
		"Load test with 40 postings and one release at a time: no deadlock in an hour.", "Deploy package 2.6 again; no data are changed by the package itself.", []string{"ERP", "Customer portal"}, "posting"},
	"firewall": {"Update the firewall cluster to 11.2", "Both members, one after the other, with a switch-over between them.", "Firewall", "Network", "network", changes.High,
		"11.1 receives no security updates from next month.", "1. Export the configuration\n2. Update the passive member\n3. Switch over\n4. Update the other\n5. Compare the interfaces with the export, QoS marks included",
		"Reach ten services from each site; make a call over the trunk and look at its marks.", "Switch back to the member with 11.1; the image stays on the disk.", []string{"Firewall", "Telephony", "WAN"}, "voice"},
	"vpnlife": {"Longer key lifetime in the VPN client profile", "Lifetime of phase 2 from ten minutes to eight hours for all profiles.", "VPN", "Network", "network", changes.Low,
		"Makes the dropping tunnels rare until the vendor has mended the client.", "1. Publish profile 14 to the pilot group\n2. After a day, to everybody",
		"Tunnel of three people holds for four hours on a fast line.", "Publish profile 13 again.", []string{"VPN"}, "vpn"},
	"licences": {"Add a second remote desktop gateway", "Second gateway behind the same name, with the connection limit shared.", "VPN", "Network", "network", changes.Medium,
		"The limit of 250 connections is reached every morning.", "1. Install the gateway\n2. Join the farm\n3. Add it to the load balancer with weight 10, later 50",
		"300 sessions from the load generator; both gateways carry about half.", "Take the second gateway out of the load balancer.", []string{"VPN"}, ""},
	"coreswitch": {"Replace core switch in {site}", "The old core switch goes, the new pair is already mounted and configured.", "Network core", "Network", "network", changes.High,
		"The old switch is out of support and has one working fan left.", "1. Move the uplinks pair by pair\n2. Move the servers\n3. Move the floors\n4. Switch the old one off after an hour",
		"All monitored hosts answer; path traces of each floor go over the new pair.", "Move the cables back in the opposite order; the old switch stays on until we are sure.", []string{"Network core", "Wi-Fi", "Telephony"}, ""},
	"wifi": {"New channel plan for the Wi-Fi in {site}", "5 GHz everywhere, 2.4 GHz only for scanners, lower power near kitchens.", "Wi-Fi", "Network", "network", changes.Medium,
		"Complaints about slow Wi-Fi in the afternoon, airtime above 60 %.", "1. Apply the plan floor by floor\n2. Survey each floor the day after", "Survey shows less than 30 % airtime; calls while walking do not drop.", "Apply the saved plan of before.", []string{"Wi-Fi"}, ""},
	"portal": {"Release 8.{n} of the customer portal", "New order history, mended VAT, smaller things.", "Customer portal", "Software", "apps", changes.Medium,
		"Customers wait for the order history; accounting for the VAT.", "1. Deploy to back ends 1 and 2\n2. Smoke tests\n3. Deploy to 3 and 4",
		"Automatic smoke tests, then an order of each customer type by hand.", "Deploy the release before; the database migration is additive.", []string{"Customer portal"}, ""},
	"rollback": {"Go back to release 8.4.0 of the customer portal", "Release 8.4.1 exhausts its connections; the portal is down.", "Customer portal", "Software", "apps", changes.High,
		"The portal is down for all customers.", "1. Deploy 8.4.0 to all four back ends\n2. Put them back into the load balancer one by one",
		"Health checks are green for ten minutes; place and cancel an order.", "There is no way forward but this one: 8.4.1 stays off until it is mended.", []string{"Customer portal", "ERP"}, ""},
	"vpnhole": {"Close the exploited hole in the VPN gateways", "Vendor's emergency patch for the remote code execution that is being exploited since yesterday.", "VPN", "Security", "security", changes.High,
		"The hole is exploited in the wild, and our gateways face the internet.", "1. Patch gateway 2\n2. Move sessions\n3. Patch gateway 1\n4. End all sessions, rotate the gateways' secrets",
		"Version check from outside; 20 people connect and work.", "Switch the gateways off and let people come to the office: an unpatched gateway is no way back.", []string{"VPN"}, ""},
	"flood": {"Shut out the address ranges that flood the VPN gateways", "Three ranges send more requests than the gateways can answer.", "VPN", "Security", "network", changes.High,
		"Nobody at home can work; every minute counts.", "1. Put the three ranges on the block list of the border routers\n2. Watch the gateways\n3. Report to the provider", "Connect from a line of each provider.",
		"Take the ranges off the list.", []string{"VPN"}, ""},
	"erprelease": {"ERP support package 24", "Quarterly support package with legal changes for Austria and Portugal.", "ERP", "Software", "apps", changes.High,
		"Legal changes are in force from the first of next month.", "1. Users out at 19:00\n2. Full backup\n3. Apply the package\n4. Regression tests of key users\n5. Open for everybody",
		"142 automatic and 20 manual test cases; month's end on the copy.", "Restore the backup of 19:10, two hours.", []string{"ERP", "BI warehouse"}, ""},
	"erpdisk": {"Extend the ERP database storage by 500 GB", "Add four disks to the volume group, online.", "ERP", "Database", "databases", changes.Low,
		"Tablespaces will be full in five weeks.", "1. Present the disks\n2. Extend the group and the file systems\n3. Add datafiles", "Free space as planned; I/O times unchanged during the load test.", "Datafiles stay empty and are dropped again.", []string{"ERP"}, ""},
	"purge": {"Let the warehouse purge gather statistics", "The monthly purge gathers statistics as its last step.", "BI warehouse", "Database", "databases", changes.Low,
		"Ends loads that run into the day after each purge.", "1. Deploy job 3.1\n2. Run the purge on the copy\n3. Switch production", "Load after the purge on the copy is done by 04:30.", "Deploy job 3.0.", []string{"BI warehouse"}, "load"},
	"minor": {"Database minor update on {host}", "Minor release with bug fixes, rolling over the replica.", "Database platform", "Database", "databases", changes.Medium,
		"Mends a crash of the replica that we have seen twice.", "1. Update the replica\n2. Switch over\n3. Update the old primary", "Replication lag below a second for an hour; application checks green.", "Switch back to the node that is not updated.", []string{"Database platform", "Customer portal"}, ""},
	"certs": {"Issue all certificates automatically", "The remaining 31 certificates that are issued by hand go to the automatic way.", "Identity", "Security", "security", changes.Medium,
		"Three certificates have expired unnoticed this year.", "1. Ten internal names\n2. After a week the rest\n3. Forbid issuing by hand", "The nightly scan finds no certificate that is not in the list.", "The old certificates stay installed until they expire.", []string{"Identity", "Intranet"}, "certificates"},
	"mfa": {"Second factor for all external access", "Everybody who comes from outside gives a second factor, partners as well.", "Identity", "Security", "security", changes.Medium,
		"Audit finding of this year; two stolen passwords in the last quarter.", "1. Partners get their letters\n2. Switch on for the pilot\n3. Switch on for everybody", "Sign in from outside as an employee, a partner and an administrator.", "Take the rule out; the factors that people registered stay.", []string{"Identity", "VPN", "Mail"}, ""},
	"telephony": {"Update the telephony cluster", "Both nodes, in the order of the runbook.", "Telephony", "Software", "network", changes.Medium,
		"Mends the lost presence and two security findings.", "1. Node 2\n2. Presence check\n3. Node 1", "Calls in and out at each site, presence, hotline groups.", "Snapshot of both nodes.", []string{"Telephony"}, ""},
	"backup": {"Move backups to the new target", "Backups of all database hosts go to the object store in the second data centre.", "Database platform", "Database", "databases", changes.Medium,
		"The old target is full and its maintenance ends.", "1. Two hosts in parallel for a week\n2. All hosts\n3. Keep the old target readable for 90 days", "Restore of one database of each host to the test machine.", "Point the jobs at the old target.", []string{"Database platform"}, ""},
	"meeting": {"Firmware of all meeting room systems", "Firmware 9.4 for 28 rooms, by site.", "Meeting rooms", "Hardware", "workplace", changes.Low,
		"Mends the wrong audio output.", "1. Four rooms, wait a day\n2. The rest at night", "Call between two rooms of each site.", "Firmware 9.3 from the local store.", []string{"Meeting rooms"}, ""},
	"proxy": {"Raise the upload limit of the portal's proxy", "From 10 to 50 MB, as the page promises.", "Customer portal", "Network", "network", changes.Low,
		"Customers cannot send their drawings.", "1. Change the setting on proxy 1 and 2\n2. Reload", "Upload of a drawing of 49 MB from outside.", "Set the limit back and reload.", []string{"Customer portal"}, ""},
	"warehouse": {"Antennas for the back aisles of the warehouse", "Two directional antennas and a new access point.", "Warehouse", "Network", "network", changes.Low,
		"Hand scanners lose the Wi-Fi; an hour a shift is lost.", "1. Mount on Saturday\n2. Survey\n3. Adjust", "-65 dBm or better in all aisles; ten pickers on Monday.", "Switch the new access point off.", []string{"Warehouse", "Wi-Fi"}, ""},
	"crm": {"CRM hot fix 5.2.3", "Vendor's hot fix for the lost notes.", "CRM", "Software", "apps", changes.Low,
		"Notes with special characters are lost silently.", "1. Backup\n2. Install on both nodes\n3. Restart one after the other", "Save notes with emoji and text from mails; read them again.", "Restore the program folder; the database is not touched.", []string{"CRM"}, ""},
	"intranet": {"Move the intranet search to a new host", "New host with more memory, index built beforehand.", "Intranet", "Software", "apps", changes.Low,
		"The crawler runs out of memory every few weeks.", "1. Build the index\n2. Point the search at it\n3. Switch the old one off after a week", "Twenty searches with known answers.", "Point the search at the old host.", []string{"Intranet"}, ""},
	"guest": {"New guest network with its own line", "Guests leave the building over a line of their own.", "Wi-Fi", "Network", "network", changes.Medium,
		"Guests share our line; two scans from the guest network hit us last month.", "1. Connect the line\n2. Move the guest VLAN\n3. Renew the login page's certificate", "Guest signs in and surfs; the office cannot be reached from there.", "Move the VLAN back.", []string{"Wi-Fi"}, ""},
}
