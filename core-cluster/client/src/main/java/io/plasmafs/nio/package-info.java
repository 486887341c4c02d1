/// The cluster as a `java.nio.file` file system, `plasma://cluster/path`, so that any Java program
/// can work on it.
///
/// It translates and never decides: paths, options, attribute views and failures become those of
/// [io.plasmafs.client.Namespace], which does the work. It must never know of the wire, of blocks
/// or of how the client remembers things. Read [PlasmaFileSystemProvider] first, then
/// [PlasmaFileSystem].
@NullMarked
package io.plasmafs.nio;

import org.jspecify.annotations.NullMarked;
