package bulk

import "testing"

func TestANumberIsKeptWhenPeopleCanTypeItAndTheDeskNeverGivesItOut(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{
		"INC0000045": true, "CHG0000132": true, "HS-1001": true, "T#17": true, "2016-00042": true, "INC-45-A": true,
		"INC-000123": false, "INC-7": false, "TSK-1": false, // the desk's own forms
		"inc0000045": false, "Problem ID  2": false, "": false, "TICKET": false, "A/1": false, "Ä1": false, "INC0000045\n": false,
		"A12345678901234567890123456789012": false,
	} {
		if got := KeepsNumber(number); got != want {
			t.Errorf("%q: %v", number, got)
		}
	}
}
