package rest

import (
	"fmt"
	"strings"
)

// FileName is the parameter of a Content-Disposition that names a file, as RFC 8187 has it: everything but its attr-char
// is percent-encoded.
func FileName(name string) string {
	var b strings.Builder
	b.WriteString("filename*=UTF-8''")
	for i := range len(name) {
		c := name[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
