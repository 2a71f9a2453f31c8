package demo

import "github.com/cabinetdesk/cabinet/policies"

// Password is that of every login of the demo organisation. It is shown to everybody: a desk with the demo in
// it is for looking around, and holds nothing of anybody's.
const Password = "show-me-around"

// Login is a person as whom one can look around.
type Login struct {
	Login, Password, Name string
	Roles                 []string
	Does                  string // what to see as this person, one sentence
}

// Logins are the people of the demo who can sign in, one for each role; the page for signing in offers them
// when the server runs with the demo.
var Logins = []Login{
	{"ana", Password, "Ana Ferreira", []string{policies.Requester}, "Reports what is broken, asks for things and follows her own tickets in the portal."},
	{"hugo", Password, "Hugo Martins", []string{policies.Agent}, "Works on the Service Desk: queues, replies, internal notes, resolving."},
	{"tess", Password, "Tess de Vries", []string{policies.Agent, policies.TeamLead}, "Leads the Network team, and can start a change whose window is open now."},
	{"ines", Password, "Inês Carvalho", []string{policies.ChangeManager}, "Leads changes from draft to review, and decides on none."},
	{"carl", Password, "Carl Brandner", []string{policies.CABMember}, "Sits on the CAB: several changes wait for his vote."},
	{"cleo", Password, "Cleo Janssen", []string{policies.CABChair}, "Chairs the CAB, and votes on emergency changes as well."},
	{"omar", Password, "Omar Haddad", []string{policies.CIOwner}, "Owns the ERP: follows what happens to it, and says what he thinks."},
	{"otto", Password, "Otto Steiner", []string{policies.Auditor}, "Reads, exports and verifies everything, and changes nothing."},
	{"ada", Password, "Ada Kowalska", []string{policies.Admin}, "Administers people, teams, boards and roles."},
}
