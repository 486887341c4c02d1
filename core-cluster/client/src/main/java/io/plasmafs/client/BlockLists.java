package io.plasmafs.client;

import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.Replica;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/// Fetches where the bytes of files are.
final class BlockLists {
  private BlockLists() {}

  /// The extents of a file, in order; none if it is stored with the metadata.
  static Stream<Extent> extents(Namespace namespace, Location where) {
    return extents(namespace, where, 0);
  }

  /// The extents of a file from the one with this block on, or the next if there is none.
  private static Stream<Extent> extents(Namespace namespace, Location where, long first) {
    record Page(List<GrantedExtent> extents, long next) {}
    Page start = new Page(List.of(), first);
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

  /// Where the bytes of a part of a file are, in order and without gaps.
  static List<PlacedRange> locate(PlasmaClient client, FsPath path, long offset, long length) {
    Attributes file = client.stat(path);
    long end = Math.min(file.size(), offset + Math.min(length, Long.MAX_VALUE - offset));
    int blockSize = client.cluster().blockSize();
    List<PlacedRange> ranges = new ArrayList<>();
    long at = offset;
    try (Stream<Extent> extents = extents(client, Location.of(file.inode()), offset / blockSize)) {
      Iterator<Extent> runs = extents.takeWhile(run -> run.index() * blockSize < end).iterator();
      while (runs.hasNext() && at < end) {
        Extent run = runs.next();
        long first = Math.max(at, run.index() * blockSize);
        long last = Math.min(end, run.end() * blockSize);
        if (first < last) {
          addNowhere(ranges, at, first);
          ranges.add(new PlacedRange(first, last - first, datanodes(client, run)));
          at = last;
        }
      }
    }
    addNowhere(ranges, at, end);
    return ranges;
  }

  private static void addNowhere(List<PlacedRange> ranges, long from, long to) {
    if (from < to) {
      ranges.add(new PlacedRange(from, to - from, List.of()));
    }
  }

  private static List<Datanode> datanodes(PlasmaClient client, Extent run) {
    List<DatanodeId> ids = run.replicas().stream().map(Replica::datanode).toList();
    DatanodePool pool = client.datanodePool();
    Waiting.on(pool.learn(ids).thenApply(learnt -> true));
    return ids.stream().flatMap(id -> pool.find(id).stream()).toList();
  }
}
