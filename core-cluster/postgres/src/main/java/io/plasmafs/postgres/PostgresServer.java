package io.plasmafs.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running PostgreSQL server of our own. It does not end with this process: whoever starts it
/// stops it, or finds it running again ([#start] on the same directory).
///
/// ```
/// directory/data        PostgreSQL's data directory
/// directory/password    of the user `plasma`, mode 0600, made when the directory is set up
/// directory/port        of the last start
/// directory/server.log  what it says
/// ```
///
/// It listens on 127.0.0.1 only, and asks for the password (SCRAM-SHA-256). Thread-safe.
public final class PostgresServer {
  /// The only user, who may do everything.
  public static final String USER = "plasma";

  private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);
  private static final long MAX_LOG_BYTES = 16 << 20;
  private static final int PORT_ATTEMPTS = 5;

  private final PostgresSettings settings;
  private final String password;
  private final int port;
  private final long pid;

  private PostgresServer(PostgresSettings settings, String password, int port, long pid) {
    this.settings = settings;
    this.password = password;
    this.port = port;
    this.pid = pid;
  }

  /// Sets up the directory if it is new, and starts the server unless it is running; returns when
  /// it answers. A server that is running keeps the port and the settings that it was started with.
  ///
  /// @throws PostgresException if it cannot be set up or does not answer in time
  public static PostgresServer start(PostgresSettings settings) {
    Binaries binaries = Binaries.of(settings);
    Runner runner = Runner.of(binaries, settings.directory());
    try {
      if (!Files.exists(data(settings.directory()))) {
        setUp(settings, binaries, runner);
      }
      String password = readPassword(settings.directory());
      Optional<PostgresServer> running = findRunning(settings, password);
      if (running.isPresent()) {
        return running.get();
      }
      return launch(settings, binaries, runner, password);
    } catch (IOException e) {
      throw new PostgresException(
          "PostgreSQL cannot be started in " + settings.directory() + ": " + e, e);
    }
  }

  /// The server of this directory, if it is running and answers within the start limit.
  ///
  /// @throws PostgresException if it runs and does not answer
  public static Optional<PostgresServer> find(PostgresSettings settings) {
    try {
      if (!Files.exists(data(settings.directory()))) {
        return Optional.empty();
      }
      return findRunning(settings, readPassword(settings.directory()));
    } catch (IOException e) {
      throw new PostgresException(
          "the PostgreSQL of " + settings.directory() + " cannot be found: " + e, e);
    }
  }

  /// Where a database of it is. User and password are not in it.
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /// Of the user [#USER].
  public String password() {
    return password;
  }

  /// On 127.0.0.1.
  public int port() {
    return port;
  }

  /// Process id of the postmaster.
  public long pid() {
    return pid;
  }

  /// Where its data, password and log are.
  public Path directory() {
    return settings.directory();
  }

  /// Whether the postmaster is there.
  public boolean isAlive() {
    return isPostgres(pid);
  }

  /// Creates an empty database, or a copy of another that nobody is connected to.
  public void createDatabase(String name, Optional<String> template) {
    String sql =
        "CREATE DATABASE " + quote(name) + template.map(t -> " TEMPLATE " + quote(t)).orElse("");
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new PostgresException("database " + name + " cannot be created: " + e.getMessage(), e);
    }
  }

  /// Creates an empty database unless there is one of this name.
  public void ensureDatabase(String name) {
    try (Connection connection = connect("postgres");
        var statement =
            connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        if (rows.next()) {
          return;
        }
      }
    } catch (SQLException e) {
      throw new PostgresException(
          "database " + name + " cannot be looked up: " + e.getMessage(), e);
    }
    createDatabase(name, Optional.empty());
  }

  /// Removes a database and disconnects who uses it.
  public void dropDatabase(String name) {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS " + quote(name) + " WITH (FORCE)");
    } catch (SQLException e) {
      throw new PostgresException("database " + name + " cannot be dropped: " + e.getMessage(), e);
    }
  }

  /// A new connection to a database.
  public Connection connect(String database) throws SQLException {
    return connect(port, password, database);
  }

  /// Stops it the fast way: open connections are cut, what was committed is on disk. Returns when
  /// the process is gone.
  ///
  /// @throws PostgresException if it is still there after `limit`
  public void stop(Duration limit) {
    if (!isAlive()) {
      return;
    }
    signal("INT");
    if (!waitUntilGone(limit)) {
      throw new PostgresException(
          "PostgreSQL (process "
              + pid
              + ") in "
              + settings.directory()
              + " did not stop within "
              + limit.toSeconds()
              + " s");
    }
  }

  /// Ends it and all its processes at once, without writing anything more: for data that nobody
  /// wants any longer.
  void abandon() {
    if (isAlive()) {
      signal("QUIT");
      waitUntilGone(Duration.ofSeconds(10));
    }
  }

  /// Kills it the way a crash would: SIGKILL to the postmaster, after which its processes end by
  /// themselves. For tests of recovery.
  public void kill() {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    waitUntilGone(Duration.ofSeconds(30));
  }

  private boolean waitUntilGone(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (isAlive()) {
      if (System.nanoTime() > end) {
        return false;
      }
      pause(10);
    }
    return true;
  }

  private void signal(String name) {
    try {
      Process process =
          new ProcessBuilder("kill", "-s", name, Long.toString(pid))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new PostgresException("process " + pid + " cannot be signalled: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while stopping PostgreSQL", e);
    }
  }

  // --- setting up ---

  private static void setUp(PostgresSettings settings, Binaries binaries, Runner runner)
      throws IOException {
    Path directory = settings.directory();
    Files.createDirectories(directory);
    runner.account().ifPresent(account -> allowPassage(directory));
    if (settings.fromTemplate()) {
      Path template = template(settings, binaries);
      Files.copy(
          template.resolve("password"),
          directory.resolve("password"),
          StandardCopyOption.COPY_ATTRIBUTES,
          StandardCopyOption.REPLACE_EXISTING);
      Path copying = directory.resolve("data.new");
      Directories.delete(copying);
      Directories.copy(data(template), copying);
      if (runner.account().isPresent()) {
        Directories.chown(copying, runner.account().get());
      }
      Files.move(copying, data(directory), StandardCopyOption.ATOMIC_MOVE);
    } else {
      initialise(directory, binaries, runner, settings.durable());
    }
  }

  /// The data directory must be reachable by the account that the server runs as.
  private static void allowPassage(Path directory) {
    try {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    } catch (IOException e) {
      throw new PostgresException(directory + " cannot be made passable: " + e.getMessage(), e);
    }
  }

  private static Path template(PostgresSettings settings, Binaries binaries) throws IOException {
    Path template = settings.cache().resolve("template-1-" + binaries.identity());
    if (!Files.exists(template)) {
      Files.createDirectories(settings.cache());
      Path building = Files.createTempDirectory(settings.cache(), "template");
      initialise(building, binaries, Runner.of(binaries, building), false);
      Binaries.moveIntoPlace(building, template);
    }
    return template;
  }

  private static void initialise(Path directory, Binaries binaries, Runner runner, boolean sync)
      throws IOException {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String password = HexFormat.of().formatHex(random);
    writeSecret(directory.resolve("password"), password);

    // Built under another name, so that an interrupted start does not leave half a data directory.
    Path building = directory.resolve("data.new");
    Directories.delete(building);
    Files.createDirectory(
        building,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path passwordForServer = directory.resolve("password.new");
    writeSecret(passwordForServer, password);
    if (runner.account().isPresent()) {
      Files.setOwner(building, runner.account().get());
      Files.setOwner(passwordForServer, runner.account().get());
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                binaries.bin().resolve("initdb").toString(),
                "--pgdata=" + building,
                "--username=" + USER,
                "--pwfile=" + passwordForServer,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--data-checksums"));
    if (!sync) {
      command.add("--no-sync");
    }
    try {
      runner.run(directory, command.toArray(String[]::new));
    } finally {
      Files.deleteIfExists(passwordForServer);
    }
    Files.move(building, data(directory), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void writeSecret(Path file, String secret) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, secret + "\n", StandardOpenOption.WRITE);
  }

  private static String readPassword(Path directory) throws IOException {
    Path file = directory.resolve("password");
    if (!Files.exists(file)) {
      throw new PostgresException(
          file + " is missing: without it nobody can log in to the PostgreSQL of " + directory);
    }
    return Files.readString(file).strip();
  }

  // --- starting ---

  private static PostgresServer launch(
      PostgresSettings settings, Binaries binaries, Runner runner, String password)
      throws IOException {
    Path directory = settings.directory();
    Path log = directory.resolve(PostgresSettings.LOG);
    if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
      Files.move(log, directory.resolve("server.log.old"), StandardCopyOption.REPLACE_EXISTING);
    }
    int fixed = settings.port() != 0 ? settings.port() : lastPort(directory);
    long end = System.nanoTime() + settings.startLimit().toNanos();
    int attempt = 0;
    while (true) {
      attempt++;
      boolean mayMove = settings.port() == 0;
      int port = fixed == 0 || (mayMove && attempt > 1) ? freePort() : fixed;
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      Process process = runner.startDetached(directory, log, command(settings, binaries, port));
      Optional<PostgresServer> server = waitUntilReady(settings, process, port, password, end);
      if (server.isPresent()) {
        Files.writeString(directory.resolve("port"), port + "\n");
        return server.get();
      }
      String said = tail(log, logStart);
      // After a crash the processes of the old server need a moment to notice that it is gone.
      boolean leftOver =
          said.contains("pre-existing shared memory block") || said.contains("lock file");
      boolean portTaken = said.contains("Address already in use");
      if (System.nanoTime() < end
          && (leftOver || (portTaken && mayMove && attempt < PORT_ATTEMPTS))) {
        LOG.info("PostgreSQL did not start yet, trying again: {}", said.strip());
        pause(leftOver ? 200 : 10);
        if (leftOver) {
          attempt--;
        }
        continue;
      }
      throw new PostgresException(
          "PostgreSQL in "
              + directory
              + " did not start on port "
              + port
              + "; its log says: "
              + said.strip());
    }
  }

  private static int lastPort(Path directory) throws IOException {
    Path file = directory.resolve("port");
    if (!Files.exists(file)) {
      return 0;
    }
    try {
      return Integer.parseInt(Files.readString(file).strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static List<String> command(PostgresSettings settings, Binaries binaries, int port) {
    List<String> command = new ArrayList<>();
    command.add(binaries.bin().resolve("postgres").toString());
    command.add("-D");
    command.add(data(settings.directory()).toString());
    set(command, "listen_addresses", "127.0.0.1");
    set(command, "port", Integer.toString(port));
    set(
        command,
        "unix_socket_directories",
        settings.socketDirectory().map(Path::toString).orElse(""));
    set(command, "max_connections", Integer.toString(settings.maxConnections()));
    set(command, "max_prepared_transactions", "64");
    set(command, "shared_buffers", settings.sharedBuffersMegabytes() + "MB");
    set(command, "fsync", settings.durable() ? "on" : "off");
    set(command, "full_page_writes", settings.durable() ? "on" : "off");
    // Stays on even where fsync is off: else a killed server would lose what it acknowledged.
    set(command, "synchronous_commit", "on");
    // Many small commits: a WAL buffer of one segment, and checkpoints rare enough that writing
    // whole pages after each of them does not count. Recovery reads at most this much.
    set(command, "wal_buffers", "16MB");
    set(command, "min_wal_size", "128MB");
    set(command, "max_wal_size", "1GB");
    set(command, "checkpoint_timeout", "10min");
    set(command, "random_page_cost", "1.1");
    // Statements here are short; compiling them takes longer than running them.
    set(command, "jit", "off");
    set(command, "max_parallel_workers_per_gather", "0");
    set(command, "max_wal_senders", "0");
    set(command, "wal_level", "minimal");
    set(command, "autovacuum_naptime", "20s");
    set(command, "tcp_keepalives_idle", "30");
    set(command, "log_checkpoints", "off");
    set(command, "log_min_messages", "warning");
    set(command, "log_line_prefix", "%m [%p] ");
    set(command, "log_timezone", "UTC");
    set(command, "timezone", "UTC");
    return command;
  }

  private static void set(List<String> command, String name, String value) {
    command.add("-c");
    command.add(name + "=" + value);
  }

  private static Optional<PostgresServer> waitUntilReady(
      PostgresSettings settings, Process process, int port, String password, long end)
      throws IOException {
    while (System.nanoTime() < end) {
      if (!process.isAlive()) {
        return Optional.empty();
      }
      Optional<PidFile> pidFile = PidFile.read(data(settings.directory()));
      if (pidFile.isPresent()
          && pidFile.get().pid() == process.pid()
          && pidFile.get().ready()
          && answers(settings, port, password)) {
        return Optional.of(new PostgresServer(settings, password, port, process.pid()));
      }
      pause(10);
    }
    process.destroy();
    return Optional.empty();
  }

  private static Optional<PostgresServer> findRunning(PostgresSettings settings, String password)
      throws IOException {
    long end = System.nanoTime() + settings.startLimit().toNanos();
    while (true) {
      Optional<PidFile> pidFile = PidFile.read(data(settings.directory()));
      // A file that a crash left over names a process that is gone, or is by now another program.
      if (pidFile.isEmpty() || !isPostgres(pidFile.get().pid())) {
        return Optional.empty();
      }
      PidFile found = pidFile.get();
      if (found.port() > 0 && answers(settings, found.port(), password)) {
        return Optional.of(new PostgresServer(settings, password, found.port(), found.pid()));
      }
      if (System.nanoTime() > end) {
        throw new PostgresException(
            "PostgreSQL (process "
                + found.pid()
                + ") in "
                + settings.directory()
                + " runs but does not answer on port "
                + found.port()
                + "; see "
                + settings.log());
      }
      pause(50);
    }
  }

  private static boolean isPostgres(long pid) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    // Where the command cannot be seen (another user's process), being alive is all we know.
    return process.isPresent()
        && process.get().info().command().map(c -> c.endsWith("/postgres")).orElse(true);
  }

  /// Whether the server that answers is the one of this directory: another may have taken the port.
  private static boolean answers(PostgresSettings settings, int port, String password) {
    try (Connection connection = connect(port, password, "postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SHOW data_directory")) {
      return rows.next()
          && Files.isSameFile(Path.of(rows.getString(1)), data(settings.directory()));
    } catch (SQLException | IOException e) {
      LOG.debug("no answer on port {}: {}", port, e.getMessage());
      return false;
    }
  }

  private static Connection connect(int port, String password, String database)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", password);
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("sslmode", "disable");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database, properties);
  }

  private static String tail(Path log, long from) throws IOException {
    if (!Files.exists(log)) {
      return "nothing";
    }
    try (var channel = Files.newByteChannel(log)) {
      long size = channel.size();
      channel.position(Math.max(from, size - 4000));
      var bytes = java.nio.ByteBuffer.allocate(4000);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }
  }

  private static Path data(Path directory) {
    return directory.resolve("data");
  }

  private static String quote(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while waiting for PostgreSQL", e);
    }
  }
}
