@NullMarked
package io.plasmafs.settings;

import org.jspecify.annotations.NullMarked;
