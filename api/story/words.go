package story

import (
	"strings"
)

// labels says what happened where the past participle of the event's type does not say it well.
var labels = map[string]string{
	"reported": "reported this", "submitted": "submitted this", "detected": "recorded this", "raised": "drafted this", "amended": "changed", "replanned": "edited the plan",
	"replied": "replied", "noted": "wrote a note", "watched": "began to follow", "unwatched": "no longer follows", "deployer_joined": "joined, to carry it out", "linked": "linked", "unlinked": "removed a link",
	"attached": "attached a file", "assigned": "assigned", "priority_overridden": "overrode the priority", "priority_restored": "gave the priority back to impact and urgency",
	"declared_major": "declared a major incident", "known_error_declared": "declared a known error", "authorization_requested": "asked for authorization",
	"expedited": "asked the emergency board", "authorized": "gave the last approval", "approved": "approved", "rejected_by": "rejected", "recused": "stepped aside",
	"held": "put this on hold", "released": "let this go on", "withdrawn": "took this back to draft", "revised": "took this back to draft by an edit", "pended": "put this on hold",
	"glass_broken": "broke the glass", "registered": "registered this as done", "reassessed": "put this forward: the risk was computed anew", "peer_reviewed": "looked at the plan and finds it sound",
	"risk_lowered": "set the risk lower than computed", "condition_met": "ticked off a condition", "advice_overridden": "went on against advice",
	"approval_reminded": "reminded of an approval", "approval_escalated": "escalated an approval that is due", "retro_late": "flagged this: the retrospective decision is late",
	"freeze_overridden": "flagged this: a freeze was overridden for it", "examined": "looked into this", "judged": "said what this was",
	"answered": "answered: work goes on", "ci_added": "named a configuration item", "ci_removed": "took a configuration item off", "imported": "was imported", "imported_change": "changed, as imported",
}

// Label is what happened, to be read after a name.
func Label(eventType string) string {
	of, what, _ := strings.Cut(eventType, ".")
	if of := PartLabels[of]; of != nil {
		return of[what]
	}
	if l, ok := labels[what]; ok {
		return l
	}
	return strings.ReplaceAll(what, "_", " ")
}
