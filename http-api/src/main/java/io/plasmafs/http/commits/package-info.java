/// Commits of one request: conditions and operations in JSON or a form, done once however often the
/// request is repeated.
///
/// Must never know of open transactions, which take their conditions from here. Read [Commit]
/// first.
@NullMarked
package io.plasmafs.http.commits;

import org.jspecify.annotations.NullMarked;
