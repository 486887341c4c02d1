package io.plasmafs.webdav;

import io.plasmafs.http.files.FileSender;

/// GET and HEAD: a file as the HTTP API sends it, with ranges and conditions; a collection as a
/// page for people.
record GetMethod(FileSender files, CollectionPage page) implements DavMethod {

  @Override
  public void handle(DavRequest request) throws Exception {
    if (!files.send(request.exchange(), request.scope(), request.path())) {
      page.send(request);
    }
  }
}
