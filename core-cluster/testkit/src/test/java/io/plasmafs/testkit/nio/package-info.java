/// The cluster as `java.nio.file`, used as programs use it.
@NullMarked
package io.plasmafs.testkit.nio;

import org.jspecify.annotations.NullMarked;
