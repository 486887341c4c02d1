package io.plasmafs.webdav;

import io.plasmafs.http.exchange.Handler;
import io.plasmafs.model.Attributes;
import java.util.Optional;

/// GET and HEAD: a file as the HTTP API sends it, with ranges and conditions; a collection as a
/// page for people.
///
/// @param file the HTTP API's way of sending what its route's variable names
record GetMethod(Handler file, CollectionPage page) implements DavMethod {

  @Override
  public void handle(DavRequest request) throws Exception {
    Optional<Attributes> found = DavRequest.find(request.view(), request.path());
    if (found.map(Attributes::isDirectory).orElse(false)) {
      page.send(request);
    } else {
      file.handle(request.exchange());
    }
  }
}
