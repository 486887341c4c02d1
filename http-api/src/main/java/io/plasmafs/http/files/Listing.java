package io.plasmafs.http.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A directory as JSON: a page of it (`?limit`, `?after`), of one instant, in the order of the
/// bytes of the names; or, for who accepts `application/x-ndjson`, all of it, an entry a line, as
/// large as it may be.
final class Listing {
  private static final int DEFAULT_LIMIT = 1000;
  private static final int MAX_LIMIT = 10_000;
  private static final String LINES = "application/x-ndjson";
  private static final JsonFactory FACTORY = new JsonFactory();

  void send(Exchange exchange, Scope scope, FsPath path) throws IOException {
    exchange.query().allow("limit", "after");
    exchange.header("Cache-Control", "no-cache").header("Vary", "Accept");
    switch (accepted(exchange)) {
      case LINES -> lines(exchange, scope, path);
      default -> page(exchange, scope, path);
    }
  }

  private static String accepted(Exchange exchange) {
    Optional<String> accept = exchange.header("Accept");
    if (accept.isEmpty()) {
      return "application/json";
    }
    List<String> types =
        Arrays.stream(accept.get().toLowerCase(Locale.ROOT).split(",", -1))
            .map(type -> type.split(";", -1)[0].strip())
            .toList();
    if (types.contains(LINES)) {
      return LINES;
    }
    if (types.contains("application/json")
        || types.contains("application/*")
        || types.contains("*/*")) {
      return "application/json";
    }
    throw Problem.of(
        406,
        "not-acceptable",
        "no such form",
        "a directory can be had as application/json or application/x-ndjson");
  }

  private void page(Exchange exchange, Scope scope, FsPath path) throws IOException {
    int limit =
        exchange.query().number("limit", 1, MAX_LIMIT).orElse((long) DEFAULT_LIMIT).intValue();
    Optional<Name> after = after(exchange);
    List<Outcome.Entry> entries = new ArrayList<>();
    Outcome.Listing first = scope.namespace().listPage(path, after, limit, true);
    Outcome.Listing last = first;
    entries.addAll(first.entries());
    // The server may answer fewer than asked for; what is added is of a later instant, and said so.
    boolean oneInstant = first.complete() || entries.size() >= limit;
    while (!last.complete() && entries.size() < limit) {
      Name end = entries.get(entries.size() - 1).name();
      last = scope.namespace().listPage(path, Optional.of(end), limit - entries.size(), true);
      entries.addAll(last.entries());
    }
    JsonObject out =
        new JsonObject().put("path", PathText.format(path)).put("inode", first.directory().value());
    if (first.contentVersion() != 0) {
      out.put("etag", EntityTag.of(first.directory(), first.contentVersion()).toString());
    }
    out.put("oneInstant", oneInstant)
        .put(
            "entries",
            entries.stream()
                .filter(entry -> !SystemDirectory.hides(path.resolve(entry.name())))
                .map(entry -> describe(path, entry))
                .toList());
    if (!last.complete()) {
      Name end = entries.get(entries.size() - 1).name();
      String next = exchange.rawPath() + "?limit=" + limit + "&after=" + PathText.format(end);
      out.put("next", next);
      exchange.header("Link", "<" + next + ">; rel=\"next\"");
    }
    exchange.send(200, out);
  }

  private static Optional<Name> after(Exchange exchange) {
    return exchange.query().raw("after").map(PathText::name);
  }

  private static JsonObject describe(FsPath directory, Outcome.Entry entry) {
    JsonObject out =
        new JsonObject()
            .put("name", entry.name().text())
            .put("path", PathText.format(directory.resolve(entry.name())));
    entry.attributes().ifPresent(attributes -> AttributesJson.add(out, attributes));
    return out;
  }

  private static void lines(Exchange exchange, Scope scope, FsPath path) throws IOException {
    // The first page is fetched before the answer begins, so that what fails can be told.
    Optional<Name> after = after(exchange);
    Outcome.Listing page = scope.namespace().listPage(path, after, DEFAULT_LIMIT, true);
    exchange.status(200).header("Content-Type", LINES);
    if (exchange.isHead()) {
      exchange.send(200);
      return;
    }
    try (JsonGenerator out = FACTORY.createGenerator(exchange.output())) {
      out.setRootValueSeparator(null);
      while (true) {
        for (Outcome.Entry entry : page.entries()) {
          if (!SystemDirectory.hides(path.resolve(entry.name()))) {
            describe(path, entry).write(out);
            out.writeRaw('\n');
          }
        }
        if (page.complete()) {
          return;
        }
        Name end = page.entries().get(page.entries().size() - 1).name();
        page = scope.namespace().listPage(path, Optional.of(end), DEFAULT_LIMIT, true);
      }
    }
  }
}
