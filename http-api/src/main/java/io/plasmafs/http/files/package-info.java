/// Files and directories over HTTP: everything below `/v1/fs`, and the same within an open
/// transaction.
///
/// Must never know where a request's changes go: a [Scope] does, and each handler works in any.
/// Read [Scope] first, then [ReadFile] and [PutFile].
@NullMarked
package io.plasmafs.http.files;

import org.jspecify.annotations.NullMarked;
