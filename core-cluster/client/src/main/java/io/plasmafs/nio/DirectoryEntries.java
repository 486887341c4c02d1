package io.plasmafs.nio;

import io.plasmafs.model.FsException;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The entries of a directory, fetched as they are consumed.
final class DirectoryEntries implements DirectoryStream<Path> {
  private final PlasmaPath directory;
  private final Stream<Outcome.Entry> entries;
  private final Filter<? super Path> filter;
  private boolean consumed;
  private volatile boolean closed;

  DirectoryEntries(
      PlasmaPath directory, Stream<Outcome.Entry> entries, Filter<? super Path> filter) {
    this.directory = directory;
    this.entries = entries;
    this.filter = filter;
  }

  @Override
  public Iterator<Path> iterator() {
    if (consumed || closed) {
      throw new IllegalStateException(
          closed ? "the stream is closed" : "a directory stream can be iterated only once");
    }
    consumed = true;
    return new Entries(entries.iterator());
  }

  @Override
  public void close() {
    closed = true;
    entries.close();
  }

  private final class Entries implements Iterator<Path> {
    private final Iterator<Outcome.Entry> source;
    private @Nullable Path next;

    Entries(Iterator<Outcome.Entry> source) {
      this.source = source;
    }

    @Override
    public boolean hasNext() {
      while (next == null && !closed) {
        try {
          if (!source.hasNext()) {
            return false;
          }
          Path candidate = directory.resolve(source.next().name());
          if (filter.accept(candidate)) {
            next = candidate;
          }
        } catch (FsException e) {
          throw new DirectoryIteratorException(Failures.of(e, directory, null));
        } catch (IOException e) {
          throw new DirectoryIteratorException(e);
        }
      }
      return next != null;
    }

    @Override
    public Path next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Path found = next;
      next = null;
      if (found == null) {
        throw new NoSuchElementException();
      }
      return found;
    }
  }
}
