/// The RPC programs of PlasmaFS, and the way to and from the model. The `.x` files in
/// `src/main/xdr` are the contract; the classes of the package `xdr` are generated from them.
///
/// COMPOUND, which is nearly all of the calls of a namenode, goes straight between the model and
/// the wire: [CompoundMessage], [AnswerMessage]. All other calls use the generated classes, with
/// [Conversion] for the values in them.
///
/// The package must never know who calls or serves, or what an operation does. Read [Programs]
/// first.
@NullMarked
package io.plasmafs.protocol;

import org.jspecify.annotations.NullMarked;
