/// All roles in one runnable image, and the cluster that one command starts.
@NullMarked
package io.plasmafs.distribution;

import org.jspecify.annotations.NullMarked;
