/// A whole cluster inside the JVM of a test, on real sockets, files and PostgreSQL.
@NullMarked
package io.plasmafs.testkit;

import org.jspecify.annotations.NullMarked;
