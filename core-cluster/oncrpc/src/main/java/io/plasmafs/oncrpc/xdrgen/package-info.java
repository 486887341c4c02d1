/// The compiler for `.x` files that the build runs: `jrpcgen` makes the classes, and this package
/// writes their codecs, in which every length, count, enum and union is checked.
///
/// `jrpcgen` drops the bounds of the `.x` file, allocates before it looks, takes any number for an
/// enum, and does nothing for the arm of a union that it does not know. All of that is in the
/// bodies of two methods of each class; they are replaced as a whole, from the declarations, which
/// is simpler and safer than to patch single calls. Whatever cannot be replaced fails the build.
///
/// It must never be needed at run time. Read [io.plasmafs.oncrpc.xdrgen.XdrCompiler] first.
@NullMarked
package io.plasmafs.oncrpc.xdrgen;

import org.jspecify.annotations.NullMarked;
