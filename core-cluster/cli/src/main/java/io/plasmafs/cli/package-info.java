/// The plasma command: what a user types to work with files of a cluster.
///
/// [PlasmaCommand] puts the commands together, [UserCommand] is what those that work with files
/// have in common, and a [Session] is what each of them works with. The package reaches a cluster
/// through the client library alone; how processes of a cluster are started is not its business,
/// and who does that adds commands of its own.
@NullMarked
package io.plasmafs.cli;

import org.jspecify.annotations.NullMarked;
