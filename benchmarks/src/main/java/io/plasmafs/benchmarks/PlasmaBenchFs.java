package io.plasmafs.benchmarks;

import fsbench.BenchFs;
import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/// PlasmaFS for the load generator: each call is a transaction of its own, durable when it returns,
/// whatever durability is asked for. Appends that are synced are commits.
public final class PlasmaBenchFs implements BenchFs {
  private static final int LIST_PAGE = 16_384;

  private final PlasmaClient client;
  private final boolean whole;

  /// Connects.
  ///
  /// @param conf `namenodes` as the client library takes them; `cache=none` for a client that
  ///   remembers nothing; `local=none` for one that has datanodes send all that it reads;
  ///   `files=whole` where each file is written and read by one call of the library, as small ones
  ///   are, and not as a stream
  public PlasmaBenchFs(Map<String, String> conf) {
    whole = "whole".equals(conf.get("files"));
    ClientConfig config =
        ClientConfig.of(conf.getOrDefault("namenodes", "127.0.0.1:2727"))
            .withLocalFiles(!"none".equals(conf.get("local")));
    client =
        PlasmaClient.connect(
            "none".equals(conf.get("cache")) ? config.withCache(CacheLimits.NONE) : config);
  }

  @Override
  public OutputStream create(String path, WriteOptions options) {
    var copies = io.plasmafs.client.WriteOptions.DEFAULT.withReplication(options.replication());
    return whole ? new WholeFile(path, copies) : client.openOutput(path, copies);
  }

  /// Gathers what becomes a file when it is closed.
  private final class WholeFile extends ByteArrayOutputStream {
    private final String path;
    private final io.plasmafs.client.WriteOptions options;

    WholeFile(String path, io.plasmafs.client.WriteOptions options) {
      this.path = path;
      this.options = options;
    }

    @Override
    public void close() {
      var unused =
          client.write(Location.of(FsPath.of(path)), ByteBuffer.wrap(toByteArray()), options);
    }
  }

  @Override
  public void sync(OutputStream stream) throws IOException {
    if (stream instanceof PlasmaOutputStream streaming) {
      streaming.sync();
    } // a whole file is durable when it is closed
  }

  @Override
  public InputStream open(String path) {
    return whole ? new ByteArrayInputStream(client.readAll(path)) : client.openInput(path);
  }

  @Override
  public RandomReader openRandom(String path) {
    PlasmaFile file = client.openFile(path);
    return new RandomReader() {
      @Override
      public void readFully(long position, byte[] buffer, int offset, int length)
          throws IOException {
        ByteBuffer target = ByteBuffer.wrap(buffer, offset, length);
        if (file.read(target, position) != length) {
          throw new IOException(path + " ends before byte " + (position + length));
        }
      }

      @Override
      public void close() {
        file.close();
      }
    };
  }

  @Override
  public void createEmpty(String path) {
    client.create(path);
  }

  @Override
  public void mkdirs(String path) {
    client.mkdirs(path);
  }

  @Override
  public long stat(String path) {
    Attributes attributes = client.stat(path);
    return attributes.isDirectory() ? -1 : attributes.size();
  }

  @Override
  public int list(String path) {
    FsPath directory = FsPath.of(path);
    Optional<Name> after = Optional.empty();
    int count = 0;
    while (true) {
      Outcome.Listing page = client.listPage(directory, after, LIST_PAGE, true);
      count += page.entries().size();
      if (page.complete()) {
        return count;
      }
      after = Optional.of(page.entries().get(page.entries().size() - 1).name());
    }
  }

  @Override
  public void rename(String from, String to) {
    client.rename(from, to);
  }

  @Override
  public boolean delete(String path, boolean recursive) {
    try {
      if (recursive) {
        client.removeTree(path);
      } else {
        client.unlink(path);
      }
      return true;
    } catch (FsException e) {
      if (e.status() == FsStatus.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
