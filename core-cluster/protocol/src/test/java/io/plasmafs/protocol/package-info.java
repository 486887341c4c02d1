/// Tests of the codecs: every value in both directions, beside the generated classes, and mangled.
@NullMarked
package io.plasmafs.protocol;

import org.jspecify.annotations.NullMarked;
