/// The plasma command: what a user types to work with files of a cluster.
@NullMarked
package io.plasmafs.cli;

import org.jspecify.annotations.NullMarked;
