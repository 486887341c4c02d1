package io.plasmafs.client;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// The entries of a directory, fetched page by page as they are consumed. The first page finds the
/// directory by its path, all others by its inode, so that a rename on the way changes nothing.
final class DirectoryPages implements Iterator<Outcome.Entry> {
  /// Entries with attributes are some 200 bytes each: a page stays well below a record's limit.
  private static final int PAGE = 2048;

  private final Namespace namespace;
  private Location where;
  private List<Outcome.Entry> page = List.of();
  private int next;
  private Optional<Name> after = Optional.empty();
  private boolean complete;

  DirectoryPages(Namespace namespace, Location where) {
    this.namespace = namespace;
    this.where = where;
  }

  /// The entries with their attributes. The first page is fetched here, so that a missing directory
  /// is reported at once.
  static Stream<Outcome.Entry> entries(Namespace namespace, FsPath path) {
    DirectoryPages pages = new DirectoryPages(namespace, Location.of(path));
    boolean unused = pages.hasNext();
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            pages, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.DISTINCT),
        false);
  }

  @Override
  public boolean hasNext() {
    while (next == page.size() && !complete) {
      fetch();
    }
    return next < page.size();
  }

  @Override
  public Outcome.Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.get(next++);
  }

  private void fetch() {
    Outcome.Listing listing;
    try {
      listing =
          Outcomes.expect(
              Outcome.Listing.class,
              namespace.execute(new Operation.ListDirectory(where, after, PAGE, true)));
    } catch (FsException e) {
      boolean goneSinceThen = after.isPresent() && e.status() == FsStatus.ESTALE;
      if (!goneSinceThen) {
        throw e;
      }
      complete = true;
      return;
    }
    InodeId directory = listing.directory();
    where = Location.of(directory);
    page = listing.entries();
    next = 0;
    complete = listing.complete();
    if (page.isEmpty() && !complete) {
      throw new FsException(
          FsStatus.EFAILED, "the server answered an empty page of " + directory + " as incomplete");
    }
    if (!page.isEmpty()) {
      after = Optional.of(page.get(page.size() - 1).name());
    }
  }
}
