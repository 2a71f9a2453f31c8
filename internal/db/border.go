package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"github.com/cabinetdesk/cabinet/domain"
)

// timeLayout is how SQLite keeps an instant: text of one length, so that comparing text compares time.
const timeLayout = "2006-01-02 15:04:05.000000"

// connector opens SQLite connections whose every time argument is brought to UTC microseconds in one
// layout, and whose statements are prepared once per connection.
type connector struct {
	dsn    string
	driver driver.Driver
}

func newConnector(dsn string) *connector {
	probe, err := sql.Open("sqlite", "")
	if err != nil {
		panic(err) // the driver is linked in: this cannot fail in a built program
	}
	defer func() { _ = probe.Close() }()
	return &connector{dsn: dsn, driver: probe.Driver()}
}

func (c *connector) Driver() driver.Driver { return c.driver }

func (c *connector) Connect(context.Context) (driver.Conn, error) {
	raw, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &borderConn{Conn: raw, prepared: map[string]*prepared{}}, nil
}

type borderConn struct {
	driver.Conn
	prepared map[string]*prepared
	clock    int64
}

func (c *borderConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
}

func (c *borderConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

func (c *borderConn) Ping(ctx context.Context) error {
	return c.Conn.(driver.Pinger).Ping(ctx)
}

func (c *borderConn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *borderConn) IsValid() bool {
	if v, ok := c.Conn.(driver.Validator); ok {
		return v.IsValid()
	}
	return true
}

// CheckNamedValue is the border: database/sql asks it for every argument of every statement.
func (c *borderConn) CheckNamedValue(nv *driver.NamedValue) error {
	switch v := nv.Value.(type) {
	case time.Time:
		nv.Value = domain.Instant(v).Format(timeLayout)
		return nil
	case *time.Time:
		if v == nil {
			nv.Value = nil
		} else {
			nv.Value = domain.Instant(*v).Format(timeLayout)
		}
		return nil
	}
	var err error
	nv.Value, err = driver.DefaultParameterConverter.ConvertValue(nv.Value)
	if t, ok := nv.Value.(time.Time); ok { // a Valuer that yields a time
		nv.Value = domain.Instant(t).Format(timeLayout)
	}
	return err
}

// Raw gives backup and tests the driver's own connection, for its online backup interface.
func (c *borderConn) Raw() driver.Conn { return c.Conn }
