/// The HTTP door: files, transactions and commits for whoever has `curl`.
///
/// Translates requests to calls of the client library and decides nothing itself; holds no truth
/// but open transactions, which end with it. Must never know namenodes or datanodes. Read
/// [HttpGateway] first, then [Api], the table of all routes.
@NullMarked
package io.plasmafs.http;

import org.jspecify.annotations.NullMarked;
