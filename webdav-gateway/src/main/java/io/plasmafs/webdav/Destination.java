package io.plasmafs.webdav;

import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.FsPath;
import java.util.Locale;
import java.util.Optional;

/// Resolves the references of `Destination` and `If` headers: absolute URLs or absolute paths (RFC
/// 4918 section 8.3) to paths of the space that the request works on.
record Destination(String origin, String prefix) {

  /// The path that a reference names; nothing if it is outside of this space.
  ///
  /// @throws io.plasmafs.model.FsException EBADPATH if what it names is no path
  Optional<FsPath> resolve(String reference) {
    String path = reference;
    int scheme = reference.indexOf("://");
    if (scheme >= 0) {
      int slash = reference.indexOf('/', scheme + 3);
      String authority = reference.substring(0, slash < 0 ? reference.length() : slash);
      if (!isSame(authority)) {
        return Optional.empty();
      }
      path = slash < 0 ? "/" : reference.substring(slash);
    }
    int end = path.length();
    for (char c : new char[] {'?', '#'}) {
      int at = path.indexOf(c);
      end = at >= 0 ? Math.min(end, at) : end;
    }
    path = path.substring(0, end);
    if (!path.equals(prefix) && !path.startsWith(prefix + "/")) {
      return Optional.empty();
    }
    return Optional.of(PathText.parse(path.substring(prefix.length())));
  }

  /// Schemes may differ: a proxy in front may end TLS.
  private boolean isSame(String authority) {
    return host(authority).equals(host(origin));
  }

  private static String host(String url) {
    String lower = url.toLowerCase(Locale.ROOT);
    String host = lower.substring(lower.indexOf("://") + 3);
    host = host.substring(host.indexOf('@') + 1);
    String standardPort = lower.startsWith("https") ? ":443" : ":80";
    return host.endsWith(standardPort)
        ? host.substring(0, host.length() - standardPort.length())
        : host;
  }

  /// The path that the `Destination` header names.
  ///
  /// @throws DavException 502 if it is on another server, 403 if outside of this space
  FsPath require(Optional<String> header) {
    String reference =
        header.orElseThrow(() -> new MalformedHeader("Destination: the header is missing")).strip();
    if (reference.isEmpty() || reference.indexOf(' ') >= 0) {
      throw new MalformedHeader("Destination: one absolute URL is expected, not " + reference);
    }
    return resolve(reference)
        .orElseThrow(() ->
            new DavException(
                502, "the destination " + reference + " is not below " + origin + prefix));
  }
}
