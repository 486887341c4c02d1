package io.plasmafs.webdav;

/// One method of the protocol. Answers by the exchange, or throws what [Problems] makes an answer
/// of.
@FunctionalInterface
interface DavMethod {

  /// Does what the request asks.
  void handle(DavRequest request) throws Exception;
}
