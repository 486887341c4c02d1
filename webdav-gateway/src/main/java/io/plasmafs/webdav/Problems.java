package io.plasmafs.webdav;

import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.http.exchange.BodyBroken;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.semantics.HttpStatusOf;
import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.webdav.lock.LockedException;
import io.plasmafs.webdav.xml.BadXmlException;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import io.plasmafs.webdav.xml.XmlTooLargeException;
import io.plasmafs.webdav.xml.XmlWriter;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/// Failures as this protocol tells them (RFC 4918 section 16): a status, and a body that names the
/// condition that was broken and the resources that broke it, and says for people what happened.
final class Problems {
  private static final XmlName MESSAGE = new XmlName("urn:plasmafs:webdav", "message");

  private Problems() {}

  /// What there is to say about a failure; nothing about one that is not to be expected.
  static Optional<DavException> of(Throwable failure) {
    return switch (failure) {
      case DavException known -> Optional.of(known);
      case LockedException locked ->
          Optional.of(
              new DavException(
                  423,
                  String.valueOf(locked.getMessage()),
                  Optional.of("lock-token-submitted"),
                  locked.roots()));
      case MalformedHeader malformed -> Optional.of(new DavException(400, text(malformed)));
      case BadXmlException bad -> Optional.of(new DavException(400, text(bad)));
      case XmlTooLargeException large -> Optional.of(new DavException(413, text(large)));
      case BodyBroken broken -> Optional.of(new DavException(400, text(broken)));
      case FsException fs -> Optional.of(of(fs));
      case PlasmaIOException io -> Optional.of(of(io.failure()));
      default -> Optional.empty();
    };
  }

  private static DavException of(FsException failure) {
    // To clients of this protocol 409 means that the parent is missing: who met a lock that the
    // retries did not outlive is to come again.
    int status =
        failure.status() == FsStatus.ECONFLICT ? 503 : HttpStatusOf.failure(failure.status());
    return new DavException(status, text(failure));
  }

  private static String text(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  /// Answers with a failure.
  ///
  /// @param href the path of a URL for a path of the cluster
  static void answer(Exchange exchange, DavException failure, Function<FsPath, String> href)
      throws IOException {
    if (failure.status() == 503) {
      exchange.header("Retry-After", "1");
    }
    exchange
        .status(failure.status())
        .header("Content-Type", "application/xml; charset=utf-8")
        .header("Cache-Control", "no-store");
    if (exchange.isHead()) {
      exchange.send(failure.status());
      return;
    }
    XmlWriter xml = new XmlWriter(exchange.output());
    xml.start("error");
    if (failure.condition().isPresent()) {
      xml.start(failure.condition().get());
      for (FsPath path : failure.paths()) {
        xml.textElement("href", href.apply(path));
      }
      xml.end();
    }
    xml.element(XmlElement.ofText(MESSAGE, String.valueOf(failure.getMessage())));
    xml.end();
    xml.close();
  }
}
