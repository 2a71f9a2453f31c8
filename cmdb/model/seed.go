package model

// Seed is the model that a new desk starts with: small, and enough for a business service down to the rack. It is
// data: administrators add to it.
func Seed() Model {
	text := func(key, label string) Attribute { return Attribute{Key: key, Label: label, Kind: Text} }
	num := func(key, label, unit string) Attribute {
		return Attribute{Key: key, Label: label, Kind: Number, Unit: unit}
	}
	of := func(key, label string, kind Kind) Attribute { return Attribute{Key: key, Label: label, Kind: kind} }
	enum := func(key, label string, options ...string) Attribute {
		return Attribute{Key: key, Label: label, Kind: Enum, Options: options}
	}
	return Model{
		Classes: []Class{
			{Key: "service", Label: "Service", Abstract: true, Hint: "What somebody gets, rather than what it is made of."},
			{Key: "business_service", Label: "Business service", Parent: "service", Hint: "What the organisation gets: payroll, mail, the web shop.",
				Attributes: []Attribute{text("audience", "Who uses it"), num("recovery_minutes", "Recovery time objective", "min")}},
			{Key: "application_service", Label: "Application service", Parent: "service", Hint: "A running application as others use it: one environment, one address.",
				Attributes: []Attribute{of("endpoint", "Address", URL)}},
			{Key: "application", Label: "Application", Hint: "A program or product that is run.", Attributes: []Attribute{text("version", "Version"), text("vendor", "Vendor"), of("repository", "Repository", URL)}},
			{Key: "database", Label: "Database", Attributes: []Attribute{text("engine", "Engine"), text("version", "Version"), num("size_gb", "Size", "GB")}},
			{Key: "hardware", Label: "Hardware", Abstract: true, Attributes: []Attribute{text("manufacturer", "Manufacturer"), text("model", "Model")}},
			{Key: "computer", Label: "Computer", Parent: "hardware", Abstract: true, Attributes: []Attribute{
				text("operating_system", "Operating system"), num("cpu_cores", "Processor cores", ""), num("memory_gb", "Memory", "GB"), num("disk_gb", "Disk", "GB"),
				of("address", "Address", IP), of("hardware_address", "Hardware address", MAC)}},
			{Key: "server", Label: "Server", Parent: "computer", Hint: "A physical machine.", Attributes: []Attribute{text("rack_unit", "Rack unit")}},
			{Key: "workstation", Label: "Workstation", Parent: "computer"},
			{Key: "virtual_machine", Label: "Virtual machine", Attributes: []Attribute{text("operating_system", "Operating system"), num("vcpus", "Virtual processors", ""),
				num("memory_gb", "Memory", "GB"), num("disk_gb", "Disk", "GB"), of("address", "Address", IP)}},
			{Key: "cluster", Label: "Cluster", Hint: "Machines that stand in for each other.", Attributes: []Attribute{text("technology", "Technology")}},
			{Key: "container_platform", Label: "Container platform", Attributes: []Attribute{text("version", "Version"), num("nodes", "Nodes", "")}},
			{Key: "network_device", Label: "Network device", Parent: "hardware", Attributes: []Attribute{
				enum("role", "Role", "router", "switch", "firewall", "access point", "load balancer", "patch panel", "other"), of("address", "Address", IP), num("ports", "Ports", ""), text("rack_unit", "Rack unit")}},
			{Key: "circuit", Label: "Circuit", Hint: "A line that a provider lets.", Attributes: []Attribute{text("circuit_id", "Circuit number"), text("provider", "Provider"), num("rate_mbps", "Rate", "Mbit/s")}},
			{Key: "storage", Label: "Storage", Parent: "hardware", Attributes: []Attribute{num("capacity_tb", "Capacity", "TB"), of("address", "Address", IP)}},
			{Key: "mobile", Label: "Mobile device", Parent: "hardware", Attributes: []Attribute{text("imei", "IMEI"), text("phone_number", "Phone number")}},
			{Key: "printer", Label: "Printer", Parent: "hardware", Attributes: []Attribute{of("address", "Address", IP), of("colour", "Prints in colour", Boolean)}},
			{Key: "peripheral", Label: "Peripheral", Parent: "hardware", Hint: "A display, a dock, a headset, a component."},
			{Key: "consumable", Label: "Consumable", Hint: "Toner, cables: counted, not traced.", Attributes: []Attribute{num("quantity", "Quantity", ""), text("category", "Category")}},
			{Key: "software_product", Label: "Software product", Attributes: []Attribute{text("version", "Version"), text("vendor", "Vendor")}},
			{Key: "licence", Label: "Licence", Attributes: []Attribute{text("product_key", "Product key"), num("seats", "Seats", ""), of("expires_on", "Expires on", Date), text("licensed_to", "Licensed to")}},
			{Key: "facility", Label: "Facility", Hint: "A building, a room, a rack.", Attributes: []Attribute{enum("type", "Type", "site", "building", "room", "rack", "power"), text("postal_address", "Postal address"), num("height_units", "Height", "U")}},
			{Key: "contract", Label: "Contract", Attributes: []Attribute{text("contract_number", "Contract number"), of("starts_on", "Starts on", Date), of("ends_on", "Ends on", Date), of("value", "Value", Money)}},
		},
		Relations: []RelationType{
			{Key: "runs_on", Label: "runs on", Inverse: "runs", Back: true, Hint: "An application on its machine, a machine on its host: what runs fails with what it runs on."},
			{Key: "uses", Label: "uses", Inverse: "is used by", Back: true, Hint: "Needs it to work: the user fails with what it uses."},
			{Key: "hosts", Label: "hosts", Inverse: "is hosted by", Forth: true, Acyclic: true},
			{Key: "connects_to", Label: "connects to", Inverse: "connects", Back: true, Hint: "Reaches the network through it."},
			{Key: "member_of", Label: "is a member of", Inverse: "has the member", Forth: true, Acyclic: true, Hint: "A node of a cluster, a disk of an array: name a redundancy group to say how many it takes."},
			{Key: "located_in", Label: "is located in", Inverse: "holds", Back: true, Acyclic: true, Hint: "A device in its rack, a rack in its room."},
			{Key: "provides", Label: "provides", Inverse: "is provided by", Forth: true, Hint: "An application service provides a business service."},
			{Key: "backs_up", Label: "backs up", Inverse: "is backed up by", Hint: "Its failure loses the copy, not the service."},
			{Key: "protects", Label: "protects", Inverse: "is protected by", Hint: "Its failure lowers protection, not the service."},
			{Key: "covers", Label: "covers", Inverse: "is covered by", Hint: "A contract or a licence and what it is for."},
		},
		Junk: []string{"default string", "to be filled by o.e.m.", "to be filled", "to be filled by oem", "system serial number", "not specified", "not available", "not applicable", "none", "null",
			"n/a", "na", "unknown", "undefined", "invalid", "empty", "chassis serial number", "base board serial number", "123456789", "1234567890", "0123456789", "serial number", "asset tag", "no asset tag",
			"no asset information", "oem", "o.e.m.", "test", "tbd", "todo", "vmware", "xen", "virtual machine", "system product name", "system manufacturer"},
	}
}
