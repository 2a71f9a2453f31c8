// Package people owns who works with the desk: persons and service accounts, teams and sites, how they prove
// who they are (passwords, sessions, tokens), and who votes for whom while away (delegations). What they may
// do is not here: roles are granted in package policies.
//
// Invariants:
//
//  1. A person is never deleted; a disabled account has no session, no token, and signs in nowhere.
//  2. Of a password, a session or a token only a hash is kept, and no value of them enters the log.
//  3. A login that fails says the same, and costs the same, whether the account exists or not.
//  4. Ten failed logins on an account within fifteen minutes, counted over all instances, stop the next one.
//  5. A session ends twelve hours after it was last used and seven days after it began, whichever is first.
//  6. A token lives a year at most, may do only what it was made for, and cannot make another.
//  7. The setup link works once, and makes the first administrator.
//  8. A delegation is one's own authority, for ninety days at most; who received one cannot pass it on.
//  9. Every alteration of a person, team, site, token or delegation is a fact, written with its version.
package people
