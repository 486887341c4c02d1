package io.plasmafs.http.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsPath;
import java.io.IOException;
import java.util.Iterator;
import java.util.stream.Stream;

/// Where the bytes of a file are (`?blocks`): its runs of blocks with their datanodes, streamed, as
/// a large file has many.
final class BlockList {
  private static final JsonFactory FACTORY = new JsonFactory();

  private BlockList() {}

  static void send(Exchange exchange, Scope scope, FsPath path) throws IOException {
    exchange.query().allow("blocks");
    Attributes attributes = scope.namespace().stat(path);
    try (Stream<Extent> extents = scope.namespace().extents(path)) {
      Iterator<Extent> runs = extents.iterator();
      // What fails, fails with the first run, before the answer begins.
      boolean any = runs.hasNext();
      exchange
          .status(200)
          .header("Content-Type", "application/json")
          .header("Cache-Control", "no-cache");
      if (exchange.isHead()) {
        exchange.send(200);
        return;
      }
      try (JsonGenerator out = FACTORY.createGenerator(exchange.output())) {
        out.writeStartObject();
        out.writeStringField("path", PathText.format(path));
        out.writeNumberField("inode", attributes.inode().value());
        out.writeNumberField("size", attributes.size());
        out.writeBooleanField("inline", !any && attributes.size() > 0 && attributes.blocks() == 0);
        out.writeArrayFieldStart("extents");
        while (runs.hasNext()) {
          describe(runs.next()).write(out);
        }
        out.writeEndArray();
        out.writeEndObject();
        out.writeRaw('\n');
      }
    }
  }

  private static JsonObject describe(Extent extent) {
    return new JsonObject()
        .put("index", extent.index())
        .put("count", extent.count())
        .put("generation", extent.generation())
        .put(
            "replicas",
            extent.replicas().stream()
                .map(replica ->
                    new JsonObject()
                        .put("datanode", replica.datanode().toString())
                        .put("firstBlock", replica.firstBlock()))
                .toList());
  }
}
