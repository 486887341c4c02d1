package io.plasmafs.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// The programs of PostgreSQL.
///
/// @param bin directory with `initdb` and `postgres` in it
/// @param identity differs where the programs differ; fit to be part of a file name
record Binaries(Path bin, String identity) {

  static Binaries of(PostgresSettings settings) {
    return settings
        .installation()
        .map(Binaries::installed)
        .orElseGet(() -> unpack(settings.cache()));
  }

  private static Binaries installed(Path installation) {
    Path bin = installation.toAbsolutePath().normalize().resolve("bin");
    for (String program : new String[] {"initdb", "postgres"}) {
      if (!Files.isExecutable(bin.resolve(program))) {
        throw new PostgresException(
            "no PostgreSQL server is installed in "
                + installation
                + ": "
                + bin.resolve(program)
                + " is missing; name the directory that has bin/postgres in it");
      }
    }
    return new Binaries(bin, bin.toString().replaceAll("[^A-Za-z0-9]+", "-"));
  }

  /// Unpacks the binaries for this machine to `cache`, once: later calls and other processes find
  /// them there.
  private static Binaries unpack(Path cache) {
    String resource = "/postgres-linux-" + architecture() + ".txz";
    try {
      String identity = "embedded-" + digest(resource).substring(0, 16);
      Path home = cache.resolve(identity);
      if (!Files.exists(home.resolve("bin").resolve("postgres"))) {
        Files.createDirectories(cache);
        Path unpacking = Files.createTempDirectory(cache, "unpacking");
        Files.setPosixFilePermissions(unpacking, PosixFilePermissions.fromString("rwxr-xr-x"));
        extract(resource, unpacking);
        moveIntoPlace(unpacking, home);
      }
      return new Binaries(home.resolve("bin"), identity);
    } catch (IOException e) {
      throw new PostgresException(
          "PostgreSQL cannot be unpacked to " + cache + ": " + e.getMessage(), e);
    }
  }

  /// Gives a directory that is complete its name; if another process was faster, its is kept.
  static void moveIntoPlace(Path complete, Path place) throws IOException {
    try {
      Files.move(complete, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
      Directories.delete(complete);
    } catch (java.nio.file.FileSystemException e) {
      if (!Files.isDirectory(place)) {
        throw e;
      }
      Directories.delete(complete);
    }
  }

  private static String architecture() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    if (system.equals("linux") && (machine.equals("amd64") || machine.equals("x86_64"))) {
      return "x86_64";
    }
    if (system.equals("linux") && (machine.equals("aarch64") || machine.equals("arm64"))) {
      return "arm_64";
    }
    throw new PostgresException(
        "no PostgreSQL comes with this program for "
            + system
            + " on "
            + machine
            + ": name an installation of it instead");
  }

  private static InputStream open(String resource) {
    InputStream in = Binaries.class.getResourceAsStream(resource);
    if (in == null) {
      throw new PostgresException(
          resource + " is missing from the class path: name an installation of PostgreSQL instead");
    }
    return new BufferedInputStream(in, 1 << 16);
  }

  private static String digest(String resource) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(open(resource), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void extract(String resource, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(open(resource), 1 << 17))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException(
              entry.getName() + " in " + resource + " leads out of the directory");
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
          continue;
        }
        Path parent = path.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
          Files.createLink(path, target.resolve(entry.getLinkName()).normalize());
        } else {
          Files.copy(tar, path);
          boolean executable = (entry.getMode() & 0100) != 0;
          Set<PosixFilePermission> mode =
              PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--");
          Files.setPosixFilePermissions(path, mode);
        }
      }
    }
  }
}
