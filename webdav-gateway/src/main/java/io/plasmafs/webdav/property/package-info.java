/// Properties of resources (RFC 4918 section 15): those that clients set, kept as extended
/// attributes, and those that the filesystem's own attributes answer. Knows namespaces and XML, not
/// HTTP. Read [LiveProperties] first.
@NullMarked
package io.plasmafs.webdav.property;

import org.jspecify.annotations.NullMarked;
