@NullMarked
package io.plasmafs.http;

import org.jspecify.annotations.NullMarked;
