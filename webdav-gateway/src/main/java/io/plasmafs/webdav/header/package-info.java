/// The request headers that RFC 4918 defines, as values. Pure parsing: knows neither HTTP server
/// nor cluster. Read [IfHeader] first.
@NullMarked
package io.plasmafs.webdav.header;

import org.jspecify.annotations.NullMarked;
