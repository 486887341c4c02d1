/// One request and its answer: what handlers read from and write to, the table of routes, and how a
/// failure becomes an answer.
///
/// With the package of the server itself this is all that knows Jetty. Must never know what a route
/// does. Read [Exchange] first, then [Problem] and [Router].
@NullMarked
package io.plasmafs.http.exchange;

import org.jspecify.annotations.NullMarked;
