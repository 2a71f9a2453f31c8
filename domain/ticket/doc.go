// Package ticket owns what incidents, service requests, problems and changes share: the row in tickets,
// its number, assignment, conversation, links, watchers, attachments, queues, search, saved views and
// drafts. It knows the kinds only as data ([Kind]): whatever could not be written without asking the
// kind lives in the kind's own package.
//
// Invariants:
//
//  1. A record changes by exactly one version, and that version has exactly one event in the log.
//  2. State and category always agree with the kind's machine; closed_at is set exactly in final states.
//  3. Internal notes are never in an answer, a search result or an export of somebody without read_internal.
//  4. A list, a count, a search and a check of one record use the same scope.
//  5. An attachment's name never reaches a path; its key is random.
package ticket
