/// Text as the command reads and shows it: bytes as text and back, patterns, permission bits,
/// times, columns. Pure functions; nothing here may know of a client, a terminal or picocli. Read
/// [ByteText] first.
@NullMarked
package io.plasmafs.cli.text;

import org.jspecify.annotations.NullMarked;
