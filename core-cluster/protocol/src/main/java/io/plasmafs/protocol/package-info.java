/// The RPC programs of PlasmaFS, and the way to and from the model.
@NullMarked
package io.plasmafs.protocol;

import org.jspecify.annotations.NullMarked;
