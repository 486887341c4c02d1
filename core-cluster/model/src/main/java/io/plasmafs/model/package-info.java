/// Ids, attributes, extents and status codes: plain values that check themselves.
@NullMarked
package io.plasmafs.model;

import org.jspecify.annotations.NullMarked;
