/// What RFC 9110 says about ranges, conditions, entity tags, dates and paths, applied to files of
/// the cluster: shared by every door that speaks HTTP.
///
/// Must never know a server library: it turns text of headers into decisions, nothing else. Read
/// [Conditions] first, then [ByteRanges]; [HttpStatusOf] is the one place where a status of the
/// filesystem becomes one of HTTP.
@NullMarked
package io.plasmafs.http.semantics;

import org.jspecify.annotations.NullMarked;
