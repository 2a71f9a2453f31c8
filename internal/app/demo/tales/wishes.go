package tales

// Wish is a kind of service request: what is asked for, the steps of giving it, and what is said at the end.
type Wish struct {
	Title, Text, Service, Class, Team string
	Priority                          int
	Tasks                             []Task
	Done                              string
}

// Task is one step, by one team.
type Task struct{ Title, Team string }

// Wishes are all of them.
var Wishes = []Wish{
	{"Laptop for a new colleague in {dept}", "Our new colleague starts **next Monday** in {site}. Please prepare the usual equipment: laptop, dock, two monitors, headset.", "Workplace", "Hardware", "workplace", 3,
		[]Task{{"Take laptop and dock from stock", "workplace"}, {"Install and encrypt", "workplace"}, {"Make account and mailbox", "desk"}, {"Put it on the desk", "workplace"}},
		"Laptop {laptop} with dock, two monitors and headset stands at desk {desk}."},
	{"Access to the BI warehouse", "I need the reports *Sales by region* and *Open orders*. My lead agrees.", "BI warehouse", "Access", "databases", 3,
		[]Task{{"Check the owner's consent", "desk"}, {"Add to the readers' group", "databases"}}, "Member of the readers' group; both reports open."},
	{"Shared mailbox for the fair", "Please make a shared mailbox *fair@* for five people of {dept}, until the end of the quarter.", "Mail", "Access", "desk", 3,
		[]Task{{"Make the mailbox", "desk"}, {"Give rights to the five", "desk"}, {"Note the end date", "desk"}}, "Mailbox is there, members have rights, end date noted."},
	{"Second monitor for desk {desk}", "I compare drawings all day and would like a second monitor.", "Workplace", "Hardware", "workplace", 4,
		[]Task{{"Take it from stock", "workplace"}, {"Mount it", "workplace"}}, "Monitor mounted at desk {desk}."},
	{"Licence for the drawing program", "For the new product line I need the drawing program on `{laptop}`. Cost centre {n}.", "Office applications", "Software", "workplace", 3,
		[]Task{{"Order a licence", "workplace"}, {"Install it", "workplace"}}, "Licence assigned and program installed."},
	{"Firewall rule for the partner's test system", "Partner tests our interface from 203.0.113.{n}. Port 443 on the test gateway, for **four weeks**.", "Firewall", "Network", "network", 3,
		[]Task{{"Look at it for security", "security"}, {"Put the rule in place", "network"}, {"Set its end date", "network"}}, "Rule is in place until the agreed date."},
	{"Telephone number for the hotline", "{dept} needs a number with three people ringing at once.", "Telephony", "Network", "network", 3,
		[]Task{{"Take a number from the block", "network"}, {"Make the group", "network"}}, "The number is in use, three people ring at once."},
	{"Restore a folder on the share", "Somebody has deleted the folder *Offers {n}* yesterday between 15:00 and 16:00. Please bring it back.", "File shares", "Software", "workplace", 2,
		[]Task{{"Find it in the snapshots", "workplace"}, {"Restore beside the original", "workplace"}}, "Folder restored from the snapshot of 15:00."},
	{"Move of the team {dept} to floor {floor}", "Twelve people move on the first. Desks are booked; phones, docks and printers should move with them.", "Workplace", "Hardware", "workplace", 3,
		[]Task{{"Plan with facilities", "workplace"}, {"Patch the ports", "network"}, {"Move the docks", "workplace"}, {"Register print release", "workplace"}}, "All twelve desks work; two chairs are still with facilities."},
	{"Access to the ERP for purchasing", "New task: I order spare parts now. Please the role *Buyer*, limited to plant 20.", "ERP", "Access", "apps", 3,
		[]Task{{"Check separation of duties", "apps"}, {"Assign the role", "apps"}}, "Role *Buyer* for plant 20 assigned; no conflict found."},
	{"Mobile phone with a data plan", "I travel two weeks a month. Model does not matter.", "Workplace", "Hardware", "workplace", 4,
		[]Task{{"Order the plan", "workplace"}, {"Prepare the phone", "workplace"}, {"Hand it over", "desk"}}, "Phone handed over with PIN letter."},
	{"Test copy of the order database", "For the tests of the release we need a copy of last night, with people's names made unreadable.", "Database platform", "Database", "databases", 3,
		[]Task{{"Restore to the test host", "databases"}, {"Make personal data unreadable", "databases"}, {"Give access", "databases"}}, "Copy of last night is on the test host, personal data are masked."},
	{"Guest Wi-Fi codes for an event", "Sixty guests in **{room}**, for one day.", "Wi-Fi", "Network", "network", 3,
		[]Task{{"Make the codes", "network"}, {"Send them as a sheet", "desk"}}, "Sheet with sixty codes sent, valid for the day."},
	{"New report: returns by supplier", "Per supplier and month: returned parts, reason, value. A draft of it is attached to the mail I sent you.", "BI warehouse", "Database", "databases", 4,
		[]Task{{"Agree on the figures", "databases"}, {"Build the report", "databases"}, {"Have it tested by the requester", "desk"}}, "Report *Returns by supplier* is published."},
	{"Leaver: hand back equipment", "A colleague of {dept} leaves at the end of the month. Please take back laptop, phone and badge, and keep the mailbox for 90 days.", "Identity", "Access", "desk", 3,
		[]Task{{"Take back equipment", "workplace"}, {"Disable accounts on the last day", "security"}, {"Set the mailbox to read only", "desk"}}, "All handed back, accounts disabled, mailbox read only for 90 days."},
	{"Calendar rights for an assistant", "Please let my assistant see and write in my calendar.", "Mail", "Access", "desk", 4,
		[]Task{{"Give the rights", "desk"}}, "Rights given and tried out together."},
	{"Training: how to use the ticket portal", "Half an hour for our department in {site}, ten people.", "Intranet", "Software", "desk", 4,
		[]Task{{"Find a date", "desk"}, {"Hold it", "desk"}}, "Held; the slides are in the intranet."},
}
