/// A whole cluster inside the JVM of a test, on real sockets, files and PostgreSQL.
///
/// Read [TestCluster] first. The package knows how the roles are started and stopped, and nothing
/// of how they work.
@NullMarked
package io.plasmafs.testkit;

import org.jspecify.annotations.NullMarked;
