package io.plasmafs.http.exchange;

/// One row of the table: a method, a template of paths, and who answers.
///
/// @param template segments in slashes; `{name}` stands for one of them, `{name*}` at the end for
///   all that are left, none included
/// @param operation its name in the description of the API; empty for what that does not describe
public record Route(String method, String template, String operation, Handler handler) {}
