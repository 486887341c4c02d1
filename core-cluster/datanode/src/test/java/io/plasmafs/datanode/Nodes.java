package io.plasmafs.datanode;

import io.plasmafs.datanode.store.Disk;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Ticket.Right;
import io.plasmafs.oncrpc.Authenticator;
import io.plasmafs.oncrpc.Credentials;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.oncrpc.RpcServer;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.oncrpc.xdr.BulkData;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.TicketMac;
import io.plasmafs.protocol.xdr.announce_args;
import io.plasmafs.protocol.xdr.announce_result;
import io.plasmafs.protocol.xdr.chain_link;
import io.plasmafs.protocol.xdr.control_args;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.health_result;
import io.plasmafs.protocol.xdr.keys_args;
import io.plasmafs.protocol.xdr.read_block_args;
import io.plasmafs.protocol.xdr.read_block_result;
import io.plasmafs.protocol.xdr.sync_args;
import io.plasmafs.protocol.xdr.ticket;
import io.plasmafs.protocol.xdr.ticket_key;
import io.plasmafs.protocol.xdr.write_block_args;
import io.plasmafs.protocol.xdr.write_block_result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.CRC32C;

/// Some datanodes in this process, on real sockets and files, and the coordinator's part for them.
final class Nodes implements AutoCloseable {
  static final String CLUSTER = "test";
  static final int BLOCK = 64 << 10;
  static final long EPOCH = 3;

  final RpcTransport transport = RpcTransport.open(2);
  final SecureRandom random = new SecureRandom();
  final byte[] secret = "a secret of this cluster".getBytes(StandardCharsets.UTF_8);
  final ControlProof proof = new ControlProof(secret, InstantSource.system(), random);
  final byte[] key = new byte[32];
  final TicketMac mac;
  final List<Datanode> nodes = new ArrayList<>();
  final List<DatanodeConfig> configs = new ArrayList<>();
  final List<RpcClient> clients = new ArrayList<>();

  /// For which keys are meant, of each datanode.
  final List<Long> starts = new ArrayList<>();

  private final List<String> identities = new ArrayList<>();
  private final Map<Integer, Integer> ports = new HashMap<>();
  private final int sliceSize;
  private Optional<RpcServer> coordinator = Optional.empty();

  Nodes(Path directory, int count, int sliceSize, long bytes) throws IOException {
    this(directory, count, sliceSize, bytes, Disk.local());
  }

  Nodes(Path directory, int count, int sliceSize, long bytes, Disk disk) throws IOException {
    this(directory, sliceSize);
    for (int i = 0; i < count; i++) {
      identities.add(format(directory, i, bytes));
      DatanodeConfig config = DatanodeConfig.of(properties(directory, i));
      configs.add(config);
      nodes.add(Datanode.start(config, disk));
      starts.add(nodes.get(i).startNumber());
      clients.add(connect(tcp(i)));
      keys(i, EPOCH, new long[0]);
    }
  }

  private Nodes(Path directory, int sliceSize) throws IOException {
    this.sliceSize = sliceSize;
    random.nextBytes(key);
    mac = new TicketMac(CLUSTER, 1, key);
    Files.write(directory.resolve("secret"), secret);
  }

  /// Each in a process of its own.
  static Nodes apart(Path directory, int count, long bytes, List<Process> processes)
      throws IOException {
    Nodes nodes = new Nodes(directory, BLOCK);
    BlockingQueue<announce_args> announced = new LinkedBlockingQueue<>();
    nodes.coordinator = Optional.of(nodes.coordinator(announced));
    for (int i = 0; i < count; i++) {
      nodes.identities.add(nodes.format(directory, i, bytes));
      Properties properties = properties(directory, i);
      nodes.configs.add(DatanodeConfig.of(properties));
      properties.setProperty("namenodes", nodes.coordinatorAddress());
      List<String> command =
          new ArrayList<>(
              List.of(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-Xmx96m",
                  "-XX:MaxDirectMemorySize=256m",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Datanode.class.getName()));
      properties.forEach((key, value) -> command.add("--" + key + "=" + value));
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      processes.add(process);
      String line =
          new BufferedReader(
                  new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
              .lines()
              .filter(said -> said.startsWith("datanode "))
              .findFirst()
              .orElseThrow();
      nodes.ports.put(i, Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)));
      nodes.starts.add(nodes.startOf(i, announced));
      nodes.clients.add(nodes.connect(nodes.tcp(i)));
      nodes.keys(i, EPOCH, new long[0]);
    }
    return nodes;
  }

  /// A coordinator that hears announcements and does nothing.
  private RpcServer coordinator(BlockingQueue<announce_args> announced) throws IOException {
    return RpcServer.bind(
        transport,
        List.of(new InetSocketAddress("127.0.0.1", 0)),
        List.of(
            RpcProgram.of(Programs.REGISTRY)
                .procedure(
                    Programs.Registry.ANNOUNCE,
                    "ANNOUNCE",
                    announce_args::new,
                    (said, call, reply) -> {
                      announced.add(said);
                      announce_result result = new announce_result();
                      result.message = "";
                      result.next_millis = 5_000;
                      reply.success(result);
                    })
                .build()),
        RpcLimits.defaults(),
        Authenticator.ANY);
  }

  private String coordinatorAddress() {
    InetSocketAddress at = (InetSocketAddress) coordinator.orElseThrow().addresses().get(0);
    return "127.0.0.1:" + at.getPort();
  }

  private long startOf(int node, BlockingQueue<announce_args> announced) {
    try {
      while (true) {
        announce_args said = announced.take();
        if (said.identity.equals(identities.get(node))) {
          return said.start;
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Stops one and starts it again, on the disk of this machine; it has no keys then.
  void restart(int node) throws IOException {
    nodes.get(node).close();
    nodes.set(node, Datanode.start(configs.get(node)));
    starts.set(node, nodes.get(node).startNumber());
    clients.set(node, connect(tcp(node)));
  }

  private String format(Path directory, int node, long bytes) throws IOException {
    return DatanodeStore.format(
        List.of(directory.resolve("volume-" + node)),
        CLUSTER,
        BLOCK,
        sliceSize,
        bytes,
        random,
        (done, total) -> {});
  }

  private static Properties properties(Path directory, int node) {
    Properties properties = new Properties();
    properties.setProperty("cluster", CLUSTER);
    properties.setProperty("volumes", directory.resolve("volume-" + node).toString());
    properties.setProperty("secret-file", directory.resolve("secret").toString());
    properties.setProperty("listen", "127.0.0.1:0");
    properties.setProperty("address", "127.0.0.1:0");
    properties.setProperty("socket", directory.resolve("socket-" + node).toString());
    properties.setProperty("scrub-bytes-per-second", "0");
    properties.setProperty("forward-timeout-millis", "12000");
    return properties;
  }

  private int port(int node) {
    Integer elsewhere = ports.get(node);
    return elsewhere != null ? elsewhere : nodes.get(node).port();
  }

  SocketAddress tcp(int node) {
    return new InetSocketAddress("127.0.0.1", port(node));
  }

  SocketAddress unix(int node) {
    return UnixDomainSocketAddress.of(configs.get(node).socket().orElseThrow());
  }

  RpcClient connect(SocketAddress address) {
    return RpcClient.connect(transport, address, RpcLimits.defaults(), Credentials.NONE).join();
  }

  datanode_status keys(int node, long epoch, long[] ended) {
    keys_args arguments = new keys_args();
    arguments.cluster = CLUSTER;
    arguments.identity = identities.get(node);
    arguments.start = starts.get(node);
    arguments.datanode = node + 1;
    arguments.epoch = epoch;
    ticket_key one = new ticket_key();
    one.key_id = 1;
    one.key = key.clone();
    one.lifetime_millis = 600_000;
    one.expires = System.currentTimeMillis() + 600_000;
    arguments.keys = new ticket_key[] {one};
    arguments.ended = ended;
    proof.sign(arguments);
    return clients
        .get(node)
        .call(Programs.CONTROL, Programs.Control.KEYS, arguments, datanode_status::new)
        .join();
  }

  health_result health(int node) {
    control_args arguments = new control_args();
    proof.sign(arguments);
    return clients
        .get(node)
        .call(Programs.CONTROL, Programs.Control.HEALTH, arguments, health_result::new)
        .join();
  }

  ticket ticket(int node, Right right, long first, int count, long generation) {
    return ticket(node, right, first, count, generation, right == Right.READ ? 0 : 77);
  }

  ticket ticket(int node, Right right, long first, int count, long generation, long transaction) {
    return Conversion.toXdr(
        mac.grant(
            new DatanodeId(node + 1),
            EPOCH,
            first,
            count,
            generation,
            right,
            transaction,
            System.currentTimeMillis() + 300_000));
  }

  chain_link link(int node, long first, int count, long generation) {
    chain_link link = new chain_link();
    link.address = "127.0.0.1:" + port(node);
    link.admission = ticket(node, Right.WRITE, first, count, generation);
    link.block = first;
    return link;
  }

  int[] checksums(byte[] bytes) {
    int[] checksums = new int[Math.ceilDiv(bytes.length, sliceSize)];
    for (int i = 0; i < checksums.length; i++) {
      CRC32C crc = new CRC32C();
      crc.update(bytes, i * sliceSize, Math.min(sliceSize, bytes.length - i * sliceSize));
      checksums[i] = (int) crc.getValue();
    }
    return checksums;
  }

  write_block_args piece(
      int node, long first, int offset, int count, long generation, byte[] bytes, int... chain) {
    write_block_args arguments = new write_block_args();
    arguments.admission = ticket(node, Right.WRITE, first, count, generation);
    arguments.block = first;
    arguments.offset = offset;
    arguments.inode = 12;
    arguments.chain = new chain_link[chain.length];
    for (int i = 0; i < chain.length; i++) {
      arguments.chain[i] = link(chain[i], first, count, generation);
    }
    arguments.checksums = checksums(bytes);
    arguments.data = BulkData.wrap(bytes);
    return arguments;
  }

  CompletableFuture<write_block_result> write(RpcClient client, write_block_args arguments) {
    return client.call(
        Programs.DATANODE, Programs.Datanode.WRITE, arguments, write_block_result::new);
  }

  read_block_result read(
      RpcClient client, int node, long block, int offset, int length, long generation) {
    return client
        .call(
            Programs.DATANODE,
            Programs.Datanode.READ,
            reading(ticket(node, Right.READ, 0, 4096, generation), block, offset, length),
            read_block_result::new)
        .join();
  }

  static read_block_args reading(ticket admission, long block, int offset, int length) {
    read_block_args arguments = new read_block_args();
    arguments.admission = admission;
    arguments.block = block;
    arguments.offset = offset;
    arguments.length = length;
    return arguments;
  }

  datanode_status sync(int node, long first, int count, long generation) {
    sync_args arguments = new sync_args();
    arguments.admissions = new ticket[] {ticket(node, Right.WRITE, first, count, generation)};
    return clients
        .get(node)
        .call(Programs.DATANODE, Programs.Datanode.SYNC, arguments, datanode_status::new)
        .join();
  }

  @Override
  public void close() {
    clients.forEach(RpcClient::close);
    nodes.forEach(Datanode::close);
    coordinator.ifPresent(RpcServer::close);
    transport.close();
  }
}
