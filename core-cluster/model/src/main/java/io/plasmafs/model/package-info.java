/// The vocabulary of the filesystem as plain values: inodes and their attributes, names and paths,
/// extents and tickets, and the outcomes of operations. Every other module speaks in these terms.
///
/// Values check themselves when they are built and never change afterwards. The package knows
/// nothing about how they are stored, sent or computed, and depends on nothing.
///
/// Read [FsStatus] first, then [Attributes] and [Extent]; the package `operation` lists what a
/// transaction can do.
@NullMarked
package io.plasmafs.model;

import org.jspecify.annotations.NullMarked;
