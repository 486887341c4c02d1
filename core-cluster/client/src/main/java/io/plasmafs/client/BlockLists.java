package io.plasmafs.client;

import io.plasmafs.model.Extent;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.List;
import java.util.stream.Stream;

/// Fetches where the bytes of files are.
final class BlockLists {
  private BlockLists() {}

  /// The extents of a file, in order; none if it is stored with the metadata.
  static Stream<Extent> extents(Namespace namespace, Location where) {
    record Page(List<GrantedExtent> extents, long next) {}
    Page start = new Page(List.of(), 0);
    return Stream.iterate(
            start,
            page -> page.next() >= 0,
            page -> {
              if (page.next() == Long.MAX_VALUE) {
                return new Page(List.of(), -1);
              }
              Outcome.Content content =
                  Outcomes.expect(
                      Outcome.Content.class,
                      namespace.execute(
                          new Operation.Read(where, true, page.next(), Integer.MAX_VALUE)));
              return switch (content.body()) {
                case Outcome.Body.Inline inline -> new Page(List.of(), Long.MAX_VALUE);
                case Outcome.Body.Blocks blocks -> {
                  long end = page.next() + (long) Integer.MAX_VALUE;
                  boolean all = blocks.next() >= end || blocks.next() <= page.next();
                  yield new Page(blocks.extents(), all ? Long.MAX_VALUE : blocks.next());
                }
              };
            })
        .flatMap(page -> page.extents().stream())
        .map(GrantedExtent::extent);
  }
}
