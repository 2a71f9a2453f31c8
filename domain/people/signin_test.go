package people_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/cabinetdesk/cabinet/domain"
	"github.com/cabinetdesk/cabinet/domain/people"
	"github.com/cabinetdesk/cabinet/internal/db"
	"github.com/cabinetdesk/cabinet/internal/testkit"
	"github.com/cabinetdesk/cabinet/policies"
)

func TestALoginOpensASessionThatSaysWhoActs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s, err := w.login(" Ann ", password)
		must(t, err)
		a, err := w.Authenticate(t.Context(), s.Token)
		must(t, err)
		ann := w.who["ann"]
		if a.Kind != domain.Person || a.User != ann.ID || a.Ref != ann.Ref || a.Name != "Ann Arbor" || a.Site != ann.Site || len(a.Teams) != 1 ||
			a.Session != s.Ref || a.Authn != "password" || a.Narrowed != nil || a.Via != domain.ViaUI {
			t.Errorf("%+v", a)
		}
		if len(s.Token) != 43 {
			t.Errorf("a token of %d characters", len(s.Token))
		}
		var kept int
		must(t, w.db.Conn(t.Context()).Raw("select count(*) from sessions where token_hash = ?", []byte(s.Token)).Scan(&kept).Error)
		if kept != 0 {
			t.Error("the token itself is kept")
		}
		list, err := w.Sessions(domain.WithActor(t.Context(), a))
		if err != nil || len(list) != 1 || !list[0].Current || list[0].Address != "192.0.2.1" || list[0].UserAgent != "a browser" {
			t.Errorf("%+v %v", list, err)
		}
		next, err := w.Login(t.Context(), people.LoginInput{Login: "ann", Password: password, Previous: s.Token})
		must(t, err)
		if _, err := w.Authenticate(t.Context(), s.Token); next.Token == s.Token || !errors.Is(err, domain.ErrSignIn) {
			t.Errorf("the session before the login lives on: %v", err)
		}
		must(t, w.Logout(t.Context(), next.Token))
		if _, err := w.Authenticate(t.Context(), next.Token); !errors.Is(err, domain.ErrSignIn) {
			t.Errorf("after the logout: %v", err)
		}
		if len(w.events.events) != 0 {
			t.Errorf("signing in is no record: %s", w.events.types())
		}
	})
}

func TestALoginThatFailsSaysTheSameForEveryCause(t *testing.T) {
	w := lite(t)
	must(t, second(w.Disable(w.as("root"), people.MoveInput{Ref: w.who["bob"].Ref, Reason: "x"})))
	var said []string
	for _, c := range [][2]string{{"ann", "wrong"}, {"nobody", password}, {"bob", password}, {"rita", ""}, {"rita", password}, {"", ""}, {"ann\x00", password}, {"%", password},
		{"ann' --", password}, {"ann", password + " "}, {"ann", strings.Repeat("x", 1<<20)}, {"ann", strings.ToUpper(password)}} {
		_, err := w.login(c[0], c[1])
		if !errors.Is(err, people.ErrLogin) {
			t.Errorf("%q: %v", c[0], err)
			continue
		}
		said = append(said, err.Error())
	}
	for _, s := range said {
		if s != said[0] {
			t.Errorf("%q is not %q", s, said[0])
		}
	}
	dummy, _, _, err := argon2id.DecodeHash(people.DummyHash)
	if err != nil || *dummy != people.Hashing() {
		t.Errorf("a login without an account costs something else: %+v %v", dummy, err)
	}
}

func TestTenFailuresStopAnAccountOverAllInstances(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := people.New(people.Deps{DB: w.db, Gate: w.gate, Roster: w.gate})
		var mu sync.Mutex
		outcomes := map[string]int{}
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				on := []*people.Service{w.Service, other}[i%2]
				_, err := on.Login(t.Context(), people.LoginInput{Login: "ann", Password: "wrong", Address: fmt.Sprintf("192.0.2.%d", i)})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case errors.Is(err, people.ErrLogin):
					outcomes["wrong"]++
				case errors.Is(err, domain.ErrTooMany):
					outcomes["stopped"]++
				default:
					outcomes[err.Error()]++
				}
			})
		}
		wg.Wait()
		if fmt.Sprint(outcomes) != "map[stopped:10 wrong:10]" {
			t.Fatalf("%v", outcomes)
		}
		_, err := w.login("ann", password)
		var wait *people.Throttled
		if !errors.Is(err, domain.ErrTooMany) || !errors.As(err, &wait) || wait.After != 15*time.Minute {
			t.Fatalf("the right password while stopped: %v", err)
		}
		if _, err := w.login("root", password); err != nil {
			t.Fatalf("another account is stopped too: %v", err)
		}
		w.clock.Advance(15 * time.Minute)
		must(t, second(w.login("ann", password)))
	})
}

func TestASuccessClearsTheFailuresOfTheAccount(t *testing.T) {
	w := lite(t)
	for range 3 {
		for range 9 {
			if _, err := w.login("ann", "wrong"); !errors.Is(err, people.ErrLogin) {
				t.Fatal(err)
			}
		}
		must(t, second(w.login("ann", password)))
	}
}

func TestAHundredFailuresStopAnAddress(t *testing.T) {
	w := lite(t)
	for i := range 100 {
		w.exec("insert into login_failures (key, at) values (?, ?)", "address:192.0.2.1", testkit.Epoch.Add(time.Duration(i)*time.Second))
	}
	w.clock.Advance(2 * time.Minute)
	if _, err := w.login("ann", password); !errors.Is(err, domain.ErrTooMany) {
		t.Fatal(err)
	}
	if _, err := w.Login(t.Context(), people.LoginInput{Login: "ann", Password: password, Address: "192.0.2.2"}); err != nil {
		t.Fatalf("from elsewhere: %v", err)
	}
}

func TestASessionEndsUnusedAndAtLast(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		idle, err := w.login("ann", password)
		must(t, err)
		used, err := w.login("root", password)
		must(t, err)
		for range 14 {
			w.clock.Advance(12*time.Hour - time.Second)
			if w.clock.Now().Before(testkit.Epoch.Add(7 * 24 * time.Hour)) {
				must(t, second(w.Authenticate(t.Context(), used.Token)))
			}
		}
		w.clock.Set(testkit.Epoch.Add(7*24*time.Hour - time.Second))
		must(t, second(w.Authenticate(t.Context(), used.Token)))
		w.clock.Set(testkit.Epoch.Add(7 * 24 * time.Hour))
		if _, err := w.Authenticate(t.Context(), used.Token); !errors.Is(err, domain.ErrSignIn) {
			t.Errorf("after seven days: %v", err)
		}
		w.clock.Set(testkit.Epoch.Add(12*time.Hour - time.Second))
		if _, err := w.Authenticate(t.Context(), idle.Token); err != nil {
			t.Errorf("just before twelve hours: %v", err)
		}
		w.clock.Advance(12 * time.Hour)
		if _, err := w.Authenticate(t.Context(), idle.Token); !errors.Is(err, domain.ErrSignIn) {
			t.Errorf("after twelve hours unused: %v", err)
		}
		w.clock.Advance(30 * 24 * time.Hour)
		must(t, w.Sweep(t.Context()))
		var left int
		must(t, w.db.Conn(t.Context()).Raw("select (select count(*) from sessions) + (select count(*) from login_failures)").Scan(&left).Error)
		if left != 0 {
			t.Errorf("%d rows are left after the sweep", left)
		}
	})
}

func TestTheUseOfASessionIsWrittenDownOnceAMinute(t *testing.T) {
	w := lite(t)
	s, err := w.login("ann", password)
	must(t, err)
	seen := func() time.Time {
		list, err := w.Sessions(w.as("ann"))
		must(t, err)
		return list[0].LastSeenAt
	}
	w.clock.Advance(59 * time.Second)
	must(t, second(w.Authenticate(t.Context(), s.Token)))
	if !seen().Equal(testkit.Epoch) {
		t.Error("written down within a minute")
	}
	w.clock.Advance(time.Second)
	must(t, second(w.Authenticate(t.Context(), s.Token)))
	if !seen().Equal(testkit.Epoch.Add(time.Minute)) {
		t.Errorf("seen at %v", seen())
	}
}

func TestOneEndsOnesOwnSessionsOnly(t *testing.T) {
	w := lite(t)
	s, err := w.login("ann", password)
	must(t, err)
	for _, ref := range []string{s.Ref, "", "%", s.Ref + "\x00"} {
		if err := w.EndSession(w.as("bob"), ref); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("%q: %v", ref, err)
		}
	}
	must(t, second(w.Authenticate(t.Context(), s.Token)))
	must(t, w.EndSession(w.as("ann"), s.Ref))
	if _, err := w.Authenticate(t.Context(), s.Token); !errors.Is(err, domain.ErrSignIn) {
		t.Error(err)
	}
	list, err := w.SessionsOf(w.as("root"), w.who["ann"].Ref)
	if err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
}

func TestAChangedPasswordEndsTheOtherSessions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		here, err := w.login("ann", password)
		must(t, err)
		there, err := w.login("ann", password)
		must(t, err)
		actor, err := w.Authenticate(t.Context(), here.Token)
		must(t, err)
		ctx := domain.WithActor(t.Context(), actor)
		if err := w.ChangePassword(ctx, "wrong", "quite another sentence"); !errors.Is(err, people.ErrCurrent) {
			t.Fatal(err)
		}
		if err := w.ChangePassword(ctx, password, "ann@example.org"); !errors.Is(err, people.ErrPassword) {
			t.Fatal(err)
		}
		must(t, w.ChangePassword(ctx, password, "quite another sentence"))
		must(t, second(w.Authenticate(t.Context(), here.Token)))
		if _, err := w.Authenticate(t.Context(), there.Token); !errors.Is(err, domain.ErrSignIn) {
			t.Errorf("the other session lives on: %v", err)
		}
		if _, err := w.login("ann", password); !errors.Is(err, people.ErrLogin) {
			t.Errorf("the old password: %v", err)
		}
		must(t, second(w.login("ann", "quite another sentence")))
		must(t, second(w.SetPassword(w.as("root"), people.PasswordInput{Ref: w.who["ann"].Ref, Password: password})))
		if _, err := w.Authenticate(t.Context(), here.Token); !errors.Is(err, domain.ErrSignIn) {
			t.Errorf("a session outlives a password set by an administrator: %v", err)
		}
		for range 10 {
			_ = w.ChangePassword(w.as("ann"), "wrong", "quite another sentence")
		}
		if err := w.ChangePassword(w.as("ann"), password, "quite another sentence"); !errors.Is(err, domain.ErrTooMany) {
			t.Errorf("changing the password is a way to guess it: %v", err)
		}
	})
}

func TestAPasswordIsRehashedWhenTheParametersChange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old, err := people.OlderHash(password)
		must(t, err)
		w.exec("update users set password_hash = ? where login = 'ann'", old)
		w.events.reset()
		for range 2 {
			must(t, second(w.login("ann", password)))
		}
		if w.events.types() != "[person.password_rehashed]" {
			t.Errorf("events %s", w.events.types())
		}
		var hash string
		must(t, w.db.Conn(t.Context()).Raw("select password_hash from users where login = 'ann'").Scan(&hash).Error)
		if p, _, _, err := argon2id.DecodeHash(hash); err != nil || *p != people.Hashing() {
			t.Errorf("%+v %v", p, err)
		}
	})
}

func TestPasswordsThatAreTriedFirstAreRefused(t *testing.T) {
	t.Parallel()
	p := people.Person{Login: "ann.arbor", Name: "Ann Mary Arbor", Email: "ann.arbor1@example.org"}
	for _, bad := range []string{"", "short", "123456789", "1234567890", "0987654321", "abcdefghijkl", "aaaaaaaaaaaa", "abababababab", "password12", "Password123!", "P@ssw0rd2026", "passwordpassword",
		"qwertyuiop", "Qwertyuiop1", "1q2w3e4r5t", "Summer2026!", "cabinet2026", "iloveyou123", "ann.arbor1", "ann.arbor2026", "annmaryarbor", "Ann Mary Arbor", "ann.arbor1@example.org",
		strings.Repeat("long", 33), "with a \x00 inside", "not utf-8 \xff\xfe", "new\nlines here"} {
		if people.Weakness(bad, p) == "" {
			t.Errorf("%q is accepted", bad)
		}
	}
	for _, good := range []string{password, "kf8$Lq02-zPw", "vier Wörter sind genug", "пароль для Анны", strings.Repeat("xyzw ", 25), "tenletters"} {
		if why := people.Weakness(good, p); why != "" {
			t.Errorf("%q: %s", good, why)
		}
	}
}

func TestATokenDoesWhatItWasMadeForAndNoMore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ann := w.as("ann")
		year := w.clock.Now().Add(365 * 24 * time.Hour)
		tok, secret, err := w.CreateToken(ann, people.TokenInput{Name: "script", Rights: []string{"incident.read", "incident.comment"}, ExpiresAt: year})
		must(t, err)
		if !strings.HasPrefix(secret, "cab_") || len(secret) != 47 || w.events.types() != "[token.created]" {
			t.Fatalf("%q %s", secret, w.events.types())
		}
		for _, e := range w.events.events {
			if strings.Contains(fmt.Sprint(e), secret) {
				t.Error("the log tells the secret")
			}
		}
		a, err := w.AuthenticateBearer(t.Context(), secret)
		must(t, err)
		ctx, o := domain.WithActor(t.Context(), a), policies.Object{Team: a.Teams[0]}
		if a.Authn != "token" || a.Session != tok.Ref || a.Via != domain.ViaAPI || w.gate.Check(ctx, "incident.read", o) != nil || w.gate.Check(ctx, "incident.resolve", o) == nil {
			t.Errorf("%+v", a)
		}
		for name, err := range map[string]error{
			"a token":      last(w.CreateToken(ctx, people.TokenInput{Name: "x", Rights: []string{"incident.*"}, ExpiresAt: year})),
			"a password":   w.ChangePassword(ctx, password, "quite another sentence"),
			"a delegation": second(w.Delegate(ctx, people.DelegateInput{To: w.who["bob"].Ref, Until: w.clock.Now().Add(time.Hour), Reason: "x"})),
		} {
			if !errors.Is(err, people.ErrFullSession) {
				t.Errorf("a token makes %s: %v", name, err)
			}
		}
		list, err := w.Tokens(ann)
		if err != nil || len(list) != 1 || list[0].LastUsedAt == nil || fmt.Sprint(list[0].Rights) != "[incident.comment incident.read]" {
			t.Errorf("%+v %v", list, err)
		}
		for _, bad := range []string{"", "cab_", secret[:46], secret + "x", "cab_%", strings.ToUpper(secret), secret[4:]} {
			if _, err := w.AuthenticateBearer(t.Context(), bad); !errors.Is(err, domain.ErrSignIn) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if err := w.RevokeToken(w.as("bob"), tok.Ref); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("somebody else revokes it: %v", err)
		}
		must(t, w.RevokeToken(ann, tok.Ref))
		if _, err := w.AuthenticateBearer(t.Context(), secret); !errors.Is(err, domain.ErrSignIn) {
			t.Errorf("revoked: %v", err)
		}
		if err := w.RevokeToken(ann, tok.Ref); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("revoked twice: %v", err)
		}
		got := w.states()
		for k, state := range w.events.last {
			if got[k] != state {
				t.Errorf("%s: the row says %s, the log %s", k, got[k], state)
			}
		}
	})
}

func last[A, B any](_ A, _ B, err error) error { return err }

func TestATokenIsRefusedOrRunsOut(t *testing.T) {
	w := lite(t)
	ann := w.as("ann")
	good := people.TokenInput{Name: "x", Rights: []string{"incident.*"}, ExpiresAt: w.clock.Now().Add(time.Hour)}
	for name, c := range map[string]func(in *people.TokenInput){
		"no name":       func(in *people.TokenInput) { in.Name = " " },
		"no rights":     func(in *people.TokenInput) { in.Rights = nil },
		"a made-up one": func(in *people.TokenInput) { in.Rights = []string{"incident.read", "*"} },
		"two in one":    func(in *people.TokenInput) { in.Rights = []string{"incident.read request.read"} },
		"expired":       func(in *people.TokenInput) { in.ExpiresAt = w.clock.Now() },
		"two years":     func(in *people.TokenInput) { in.ExpiresAt = w.clock.Now().Add(2 * 365 * 24 * time.Hour) },
	} {
		in := good
		c(&in)
		if _, _, err := w.CreateToken(ann, in); !errors.Is(err, domain.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, secret, err := w.CreateToken(ann, good)
	must(t, err)
	w.clock.Advance(time.Hour)
	if _, err := w.AuthenticateBearer(t.Context(), secret); !errors.Is(err, domain.ErrSignIn) {
		t.Errorf("after its end: %v", err)
	}
	// For another person nobody makes one; for a service account an administrator does.
	good.ExpiresAt = w.clock.Now().Add(time.Hour)
	good.For = w.who["bob"].Ref
	if _, _, err := w.CreateToken(w.as("root"), good); !errors.Is(err, domain.ErrForbidden) {
		t.Errorf("for a person: %v", err)
	}
	robot, err := w.Create(w.as("root"), people.CreateInput{Login: "robot", Name: "Robot", Service: true})
	must(t, err)
	w.who["robot"] = robot
	good.For = robot.Ref
	if _, _, err := w.CreateToken(ann, good); !errors.Is(err, domain.ErrForbidden) {
		t.Errorf("by an agent: %v", err)
	}
	_, secret, err = w.CreateToken(w.as("root"), good)
	must(t, err)
	a, err := w.AuthenticateBearer(t.Context(), secret)
	must(t, err)
	ctx := domain.WithActor(t.Context(), a)
	if a.Kind != domain.Service || w.gate.May(ctx, "incident.read") {
		t.Errorf("a service account without grants may read: %+v", a)
	}
	w.grant("robot", policies.Agent, "all")
	if !w.gate.May(ctx, "incident.read") || w.gate.May(ctx, "request.read") {
		t.Error("the grant of a service account does not count, or its token does not narrow")
	}
}

func TestSetupMakesOneAdministratorOnce(t *testing.T) {
	t.Parallel()
	testkit.EachDatabase(t, func(t *testing.T, d *db.DB, clock *testkit.Clock) {
		w := empty(t, d, clock)
		if needed, err := w.SetupNeeded(t.Context()); err != nil || !needed {
			t.Fatalf("%v %v", needed, err)
		}
		lost, err := w.EnsureSetupLink(t.Context())
		must(t, err)
		link, err := w.EnsureSetupLink(t.Context())
		must(t, err)
		in := func(token, login string) people.SetupInput {
			return people.SetupInput{Token: token, Name: "First", Login: login, Email: "first@example.org", Password: password, Address: "192.0.2.1"}
		}
		for _, bad := range []string{"", lost, link + "x", "%"} {
			if _, err := w.CompleteSetup(t.Context(), in(bad, "first")); !errors.Is(err, people.ErrSetup) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		weak := in(link, "first")
		weak.Password = "short"
		if _, err := w.CompleteSetup(t.Context(), weak); !errors.Is(err, people.ErrPassword) {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		results := make([]error, 4)
		sessions := make([]people.Session, 4)
		for i := range results {
			wg.Go(func() { sessions[i], results[i] = w.CompleteSetup(t.Context(), in(link, fmt.Sprintf("first%d", i))) })
		}
		wg.Wait()
		won := -1
		for i, err := range results {
			switch {
			case err == nil && won < 0:
				won = i
			case !errors.Is(err, people.ErrSetup):
				t.Errorf("%d: %v", i, err)
			}
		}
		if won < 0 {
			t.Fatal("nobody won")
		}
		a, err := w.Authenticate(t.Context(), sessions[won].Token)
		must(t, err)
		if w.gate.Check(domain.WithActor(t.Context(), a), "person.create", policies.Object{}) != nil {
			t.Error("the first administrator is none")
		}
		if w.events.types() != "[person.created grant.given]" {
			t.Errorf("events %s", w.events.types())
		}
		if token, err := w.EnsureSetupLink(t.Context()); err != nil || token != "" {
			t.Errorf("another link is given: %v", err)
		}
		if _, err := w.CompleteSetup(t.Context(), in(link, "second")); !errors.Is(err, people.ErrSetup) {
			t.Errorf("used again: %v", err)
		}
	})
}

func TestASetupLinkRunsOut(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(testkit.Epoch)
	w := empty(t, testkit.Open(t, db.SQLite, clock), clock)
	link, err := w.EnsureSetupLink(t.Context())
	must(t, err)
	clock.Advance(72 * time.Hour)
	if _, err := w.CompleteSetup(t.Context(), people.SetupInput{Token: link, Name: "F", Login: "first", Password: password}); !errors.Is(err, people.ErrSetup) {
		t.Error(err)
	}
}
