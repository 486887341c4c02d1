@NullMarked
package io.plasmafs.http.semantics;

import org.jspecify.annotations.NullMarked;
