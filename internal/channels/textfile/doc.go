// Package textfile reads what files of other tools are made of: rows of delimited text, and times written by a pattern. It is
// used by the packages that know what the rows mean.
package textfile
