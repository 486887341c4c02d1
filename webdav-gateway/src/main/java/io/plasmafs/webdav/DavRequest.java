package io.plasmafs.webdav;

import io.plasmafs.client.Namespace;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.files.Scope;
import io.plasmafs.http.semantics.Conditions;
import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.webdav.header.Depth;
import io.plasmafs.webdav.header.IfHeader;
import io.plasmafs.webdav.lock.LockedException;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlReader;
import io.plasmafs.webdav.xml.XmlWriter;
import java.io.IOException;
import java.util.Optional;

/// A request with what every method needs of it.
///
/// @param scope what the request works on: the committed files, or the inside of an open
///   transaction
/// @param prefix the beginning of the paths of its URLs, without a slash at its end
/// @param path what the URL names
/// @param slash whether the URL ended with a slash
record DavRequest(
    Exchange exchange, Scope scope, String prefix, FsPath path, boolean slash, IfHeader ifHeader) {

  /// Makes changes, several times if need be.
  <T> Scope.Edited<T> edit(Scope.Edit<T> edit) throws Exception {
    return scope.edit(refusing(edit));
  }

  /// Makes changes that take the body.
  ///
  /// @throws DavException 412 if something that they were made to depend on changed meanwhile
  <T> Scope.Edited<T> editOnce(Scope.Edit<T> edit) throws Exception {
    try {
      return scope.editOnce(path, refusing(edit));
    } catch (FsException e) {
      if (Problem.isFailedConditions(e)) {
        throw new DavException(412, path + " or its locks changed while the body was taken");
      }
      throw e;
    }
  }

  /// Tells who holds the transaction that nothing was done, if that is so.
  private static <T> Scope.Edit<T> refusing(Scope.Edit<T> edit) {
    return transaction -> {
      try {
        return edit.run(transaction);
      } catch (LockedException | MalformedHeader e) {
        throw Problems.of(e).orElseThrow();
      }
    };
  }

  /// What the request sees.
  Namespace view() {
    return scope.namespace();
  }

  Optional<String> header(String name) {
    return exchange.header(name);
  }

  /// The conditions of HTTP.
  Conditions conditions() {
    return Conditions.of(exchange::header);
  }

  Depth depth(Depth missing) {
    return Depth.parse(header("Depth"), missing);
  }

  /// The body as XML; nothing if it is empty.
  Optional<XmlElement> xml() throws IOException {
    return XmlReader.read(exchange.body().stream());
  }

  /// What a path leads to, links followed; nothing if there is nothing.
  static Optional<Attributes> find(Namespace view, FsPath where) {
    try {
      return Optional.of(view.stat(where));
    } catch (FsException e) {
      if (e.status() == FsStatus.ENOENT || e.status() == FsStatus.ENOTDIR) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// What the path leads to, links followed.
  ///
  /// @throws DavException 404 if there is nothing
  Attributes require(Namespace view) {
    return find(view, path).orElseThrow(() -> new DavException(404, path + " does not exist"));
  }

  /// @throws DavException 409 if there is no directory at `parent`
  static void requireCollection(Namespace view, FsPath parent) {
    if (!find(view, parent).map(Attributes::isDirectory).orElse(false)) {
      throw new DavException(409, parent + " is no collection");
    }
  }

  /// The path of a URL for a path of the cluster.
  String href(FsPath where, boolean directory) {
    String path = PathText.format(where);
    return prefix + (directory && !where.isEmpty() ? path + "/" : path);
  }

  Destination destinations() {
    return new Destination(origin(), prefix);
  }

  /// The scheme, host and port that the client used: `http://host:port`.
  String origin() {
    return "http://" + header("Host").orElse("localhost");
  }

  /// Begins an answer of XML.
  XmlWriter answer(int status) throws IOException {
    exchange.status(status).header("Content-Type", "application/xml; charset=utf-8");
    return new XmlWriter(exchange.output());
  }

  /// Answers with a status and nothing else.
  void end(int status) throws IOException {
    exchange.length(0).send(status);
  }
}
