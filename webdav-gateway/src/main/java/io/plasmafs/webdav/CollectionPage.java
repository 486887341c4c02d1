package io.plasmafs.webdav;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Optional;

/// A collection as a page for people: sortable, with sizes and dates; files can be dropped onto it.
/// Written entry by entry, so that its size does not matter. Everything works without scripts but
/// sorting and dropping.
final class CollectionPage {
  private static final int PAGE = 1000;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  private final String style;
  private final String script;

  CollectionPage() {
    this.style = resource("collection.css");
    this.script = resource("collection.js");
  }

  private static String resource(String name) {
    try (InputStream in = CollectionPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing in the image");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void send(DavRequest request) throws IOException {
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    String nonce = Base64.getEncoder().encodeToString(random);
    Outcome.Listing first = request.view().listPage(request.path(), Optional.empty(), PAGE, true);
    request
        .exchange()
        .status(200)
        .header("Content-Type", "text/html; charset=utf-8")
        .header("Cache-Control", "no-cache")
        .header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'nonce-"
                + nonce
                + "'; script-src 'nonce-"
                + nonce
                + "'; connect-src 'self'; base-uri 'none'; form-action 'none';"
                + " frame-ancestors 'none'");
    if (request.exchange().isHead()) {
      request.exchange().send(200);
      return;
    }
    try (Writer out = new OutputStreamWriter(request.exchange().output(), StandardCharsets.UTF_8)) {
      head(out, request, nonce);
      Outcome.Listing page = first;
      while (true) {
        for (Outcome.Entry entry : page.entries()) {
          row(out, request, entry);
        }
        if (page.complete() || page.entries().isEmpty()) {
          break;
        }
        Name last = page.entries().get(page.entries().size() - 1).name();
        page = request.view().listPage(request.path(), Optional.of(last), PAGE, true);
      }
      out.write("</tbody></table><p id=\"state\" role=\"status\"></p></main>");
      out.write("<script nonce=\"" + nonce + "\">" + script + "</script></body></html>\n");
    }
  }

  private void head(Writer out, DavRequest request, String nonce) throws IOException {
    String title = escaped(request.path().toString());
    out.write("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    out.write(title);
    out.write("</title><meta name=\"viewport\" content=\"width=device-width\">");
    out.write("<style nonce=\"" + nonce + "\">" + style + "</style></head><body><main><h1>");
    FsPath path = request.path();
    out.write("<a href=\"" + escaped(request.href(FsPath.EMPTY, true)) + "\">plasma:</a>/");
    for (int depth = 1; depth <= path.names().size(); depth++) {
      FsPath above = new FsPath(path.names().subList(0, depth));
      out.write("<a href=\"" + escaped(request.href(above, true)) + "\">");
      out.write(escaped(above.last().toString()) + "</a>/");
    }
    out.write("</h1><table><thead><tr><th data-sort=\"text\">Name</th>");
    out.write("<th data-sort=\"number\">Size</th><th data-sort=\"number\">Changed (UTC)</th>");
    out.write("</tr></thead><tbody>\n");
  }

  private static void row(Writer out, DavRequest request, Outcome.Entry entry) throws IOException {
    FsPath path = request.path().resolve(entry.name());
    if (SystemDirectory.isHidden(path)) {
      return;
    }
    Attributes attributes = entry.attributes().orElseThrow();
    boolean directory = attributes.isDirectory();
    out.write("<tr><td><a href=\"" + escaped(request.href(path, directory)) + "\">");
    out.write(escaped(entry.name().toString()) + (directory ? "/" : "") + "</a></td>");
    String size = directory ? "" : Long.toString(attributes.size());
    out.write("<td data-value=\"" + size + "\">" + size + "</td>");
    out.write("<td data-value=\"" + attributes.mtime().toEpochMilli() + "\">");
    out.write(TIME.format(attributes.mtime()) + "</td></tr>\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
