/// The namenode's side of the wire: one class for each program of the contract. They decode, ask
/// the engine or the registry, and encode; they decide nothing about files.
///
/// Calls arrive on event loops and are handed on at once; answers come from the engine's thread or
/// the registry's. Read [FilesystemProgram] first.
@NullMarked
package io.plasmafs.namenode.server;

import org.jspecify.annotations.NullMarked;
