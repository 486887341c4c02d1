/// What the filesystem does, said once: some hundreds of cases that the engine, the client and
/// every door run.
///
/// A door adds one class to its tests. It extends [FilesystemContract], supplies a
/// [FilesystemUnderTest] that does each operation through the door, and names the groups of cases
/// that the door can fulfil; most say [WholeContract]. What a door cannot do is a group that it
/// does not name, or a method of [ContractCase] that it overrides, never a skipped test.
///
/// The package knows nothing of clients, doors or the wire. Read [FilesystemUnderTest] first, then
/// [RenameContract] for what a group looks like.
@NullMarked
package io.plasmafs.testkit.contract;

import org.jspecify.annotations.NullMarked;
