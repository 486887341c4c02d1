package io.plasmafs.http.exchange;

/// Answers the requests of one or more routes.
@FunctionalInterface
public interface Handler {

  /// Answers one request, on the thread that calls; may wait.
  ///
  /// @throws Exception a [Problem], an [io.plasmafs.model.FsException], or what else stands in the
  ///   way: the answer tells, or the connection is broken off if the answer has begun already
  void handle(Exchange exchange) throws Exception;
}
