// Package model is what the CMDB says about itself, as data: the tree of classes with their typed attributes, and the
// types of relation with the way in which a failure spreads along them. A [Model] is one document, kept in versions;
// administrators export it, compare it with another and bring it in again. The package is pure: it checks, compares
// and reads values, and knows no database.
//
// Invariants:
//
//  1. A class has all attributes of the classes above it, and adds its own; no name means two things on one path.
//  2. A value is kept in one canonical text a kind ([Attribute.Canon]), so that equal values are equal texts.
//  3. What a model adds needs no question; what it takes away or narrows is named by [Compare], so that whoever brings
//     it in is shown first what would break.
//  4. A relation type says for each direction whether a failure spreads; nothing is guessed.
package model
