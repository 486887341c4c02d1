/// The server below all routes: connections, protocols, limits, and what is refused before a route
/// is looked for.
///
/// Must never know what is served. Read [HttpServer] first.
@NullMarked
package io.plasmafs.http.server;

import org.jspecify.annotations.NullMarked;
