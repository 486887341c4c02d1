package io.plasmafs.datanode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.datanode.store.Disk;
import io.plasmafs.datanode.store.DiskFile;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Ticket.Right;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.copy_args;
import io.plasmafs.protocol.xdr.datanode_identity;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.inventory_args;
import io.plasmafs.protocol.xdr.inventory_result;
import io.plasmafs.protocol.xdr.read_block_result;
import io.plasmafs.protocol.xdr.verify_args;
import io.plasmafs.protocol.xdr.write_block_args;
import io.plasmafs.protocol.xdr.write_block_result;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole datanodes, over real sockets.
class DatanodeTest {
  private static final int BLOCK = Nodes.BLOCK;
  private static final long BYTES = 16L << 20;

  @TempDir Path directory;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void assertOk(write_block_result result) {
    assertThat(result.message).isEmpty();
    assertThat(result.status).isZero();
    assertThat(result.failed).isEmpty();
  }

  private static void assertStatus(int status, FsStatus expected) {
    assertThat(FsStatus.ofCode(status)).hasValue(expected);
  }

  private void assertHolds(
      Nodes nodes, RpcClient client, int node, long block, long generation, byte[] expected) {
    read_block_result result = nodes.read(client, node, block, 0, expected.length, generation);
    assertThat(result.message).isEmpty();
    byte[] found = result.data.toByteArray();
    result.data.release();
    assertThat(found).isEqualTo(expected);
    assertThat(result.checksums).isEqualTo(nodes.checksums(expected));
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 65536})
  void writesTravelDownAChainOfThreeAndReadBackEverywhere(int sliceSize) throws IOException {
    try (Nodes nodes = new Nodes(directory, 3, sliceSize, BYTES)) {
      byte[] all = bytes(40 * BLOCK + 777);
      List<CompletableFuture<write_block_result>> answers = new ArrayList<>();
      for (int block = 0; block < 41; block += 4) {
        byte[] part =
            Arrays.copyOfRange(all, block * BLOCK, Math.min(all.length, (block + 4) * BLOCK));
        answers.add(
            nodes.write(nodes.clients.get(0), nodes.piece(0, 100 + block, 0, 4, 5, part, 1, 2)));
      }
      answers.forEach(answer -> assertOk(answer.join()));
      for (int node = 0; node < 3; node++) {
        assertThat(nodes.sync(node, 100, 41, 5).status).isZero();
        assertHolds(nodes, nodes.clients.get(node), node, 100, 5, all);
        try (RpcClient local = nodes.connect(nodes.unix(node))) {
          assertHolds(nodes, local, node, 100, 5, all);
        }
        assertThat(nodes.health(node).bytes_written).isEqualTo(all.length);
      }
    }
  }

  @Test
  void piecesOfOneBlockInFlightKeepTheirOrderDownTheChain() throws IOException {
    try (Nodes nodes = new Nodes(directory, 3, 4096, BYTES)) {
      byte[] block = bytes(BLOCK);
      List<CompletableFuture<write_block_result>> answers = new ArrayList<>();
      for (int at = 0; at < BLOCK; at += 4096) {
        answers.add(
            nodes.write(
                nodes.clients.get(0),
                nodes.piece(0, 9, at, 1, 5, Arrays.copyOfRange(block, at, at + 4096), 1, 2)));
      }
      answers.forEach(answer -> assertOk(answer.join()));
      for (int node = 0; node < 3; node++) {
        assertHolds(nodes, nodes.clients.get(node), node, 9, 5, block);
      }
    }
  }

  @Test
  void theAnswerTellsWhichOfTheChainFailed() throws IOException {
    try (Nodes nodes = new Nodes(directory, 3, BLOCK, BYTES)) {
      assertOk(nodes.write(nodes.clients.get(1), nodes.piece(1, 3, 0, 1, 9, bytes(BLOCK))).join());
      write_block_result stale =
          nodes.write(nodes.clients.get(0), nodes.piece(0, 3, 0, 1, 5, bytes(BLOCK), 1, 2)).join();
      assertStatus(stale.status, FsStatus.ESTALEBLOCK);
      assertThat(stale.failed).containsExactly(1);
      assertThat(nodes.read(nodes.clients.get(2), 2, 3, 0, BLOCK, 5).status).isZero();

      nodes.nodes.get(2).close();
      write_block_result lost =
          nodes.write(nodes.clients.get(0), nodes.piece(0, 8, 0, 1, 5, bytes(BLOCK), 1, 2)).join();
      assertStatus(lost.status, FsStatus.EUNAVAIL);
      assertThat(lost.failed).containsExactly(2);

      nodes.nodes.get(1).close();
      lost =
          nodes.write(nodes.clients.get(0), nodes.piece(0, 9, 0, 1, 5, bytes(BLOCK), 1, 2)).join();
      assertThat(lost.failed).containsExactly(1, 2);
      assertThat(nodes.read(nodes.clients.get(0), 0, 9, 0, BLOCK, 5).status).isZero();
    }
  }

  /// Twelve pieces, more than the second datanode takes before it is waited for.
  @Test
  void whoSaysNothingAtTheEndOfAChainIsToldFromWhoWaitsForIt() throws IOException {
    try (Nodes nodes = new Nodes(directory, 2, BLOCK, BYTES);
        ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      List<CompletableFuture<write_block_result>> answers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        write_block_args piece = nodes.piece(0, 16L * i, 0, 16, 5, bytes(16 * BLOCK), 1, 1);
        piece.chain[1].address = "127.0.0.1:" + silent.getLocalPort();
        answers.add(nodes.write(nodes.clients.get(0), piece));
      }
      for (CompletableFuture<write_block_result> answer : answers) {
        write_block_result result = answer.join();
        assertStatus(result.status, FsStatus.EUNAVAIL);
        assertThat(result.failed).as(result.message).containsExactly(2);
      }
    }
  }

  @Test
  void dataThatChangedOnTheWayAreRefusedByEveryDatanode() throws IOException {
    try (Nodes nodes = new Nodes(directory, 2, BLOCK, BYTES)) {
      write_block_args piece = nodes.piece(0, 3, 0, 2, 5, bytes(BLOCK + 10), 1);
      piece.checksums[1] ^= 1;
      write_block_result result = nodes.write(nodes.clients.get(0), piece).join();
      assertStatus(result.status, FsStatus.ECHECKSUM);
      assertThat(result.failed).containsExactly(0, 1);
      assertStatus(
          nodes.read(nodes.clients.get(1), 1, 3, 0, BLOCK, 5).status, FsStatus.ESTALEBLOCK);
    }
  }

  @Test
  void withoutAGoodTicketNothingIsReadWrittenSyncedOrPassedOn() throws IOException {
    try (Nodes nodes = new Nodes(directory, 2, BLOCK, BYTES)) {
      RpcClient client = nodes.clients.get(0);
      int refused = 0;
      for (int i = 0; i < 2000; i++) {
        write_block_args piece = nodes.piece(0, 3, 0, 1, 5, bytes(100), 1);
        switch (random.nextInt(7)) {
          case 0 -> piece.admission.mac[random.nextInt(32)] ^= (byte) (1 << random.nextInt(8));
          case 1 -> piece.admission.first_block--;
          case 2 -> piece.admission.count++;
          case 3 -> piece.admission.generation++;
          case 4 -> piece.admission.expires++;
          case 5 -> piece.admission.transaction++;
          default -> piece.admission = nodes.ticket(0, Right.READ, 3, 1, 5);
        }
        write_block_result result = nodes.write(client, piece).join();
        assertStatus(result.status, FsStatus.ETICKET);
        assertThat(result.failed).containsExactly(0, 1);
        refused++;
      }
      assertThat(refused).isEqualTo(2000);
      assertThat(nodes.health(0).bytes_written).isZero();
      assertThat(nodes.health(1).bytes_written).isZero();
      assertOk(nodes.write(client, nodes.piece(0, 3, 0, 1, 5, bytes(100), 1)).join());
      assertThat(nodes.keys(0, Nodes.EPOCH, new long[] {77}).status).isZero();
      assertStatus(
          nodes.write(client, nodes.piece(0, 3, 0, 1, 5, bytes(100))).join().status,
          FsStatus.ETICKET);
      assertStatus(nodes.sync(0, 3, 1, 5).status, FsStatus.ETICKET);
      assertStatus(nodes.keys(0, Nodes.EPOCH - 1, new long[0]).status, FsStatus.ECOORD);
    }
  }

  @Test
  void keysForAnotherStartChangeNothing() throws IOException {
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES)) {
      long before = nodes.starts.get(0);
      RpcClient client = nodes.clients.get(0);
      assertOk(nodes.write(client, nodes.piece(0, 3, 0, 1, 5, bytes(100))).join());
      nodes.starts.set(0, before + 1);
      assertStatus(nodes.keys(0, Nodes.EPOCH + 1, new long[] {77}).status, FsStatus.EUNAVAIL);
      assertOk(nodes.write(client, nodes.piece(0, 3, 0, 1, 5, bytes(100))).join());
      nodes.starts.set(0, before);
      assertStatus(nodes.keys(0, Nodes.EPOCH, new long[] {77}).status, FsStatus.OK);

      nodes.restart(0);
      long after = nodes.starts.set(0, before);
      assertStatus(nodes.keys(0, Nodes.EPOCH, new long[0]).status, FsStatus.EUNAVAIL);
      assertStatus(
          nodes.write(nodes.clients.get(0), nodes.piece(0, 3, 0, 1, 5, bytes(100))).join().status,
          FsStatus.ETICKET);
      nodes.starts.set(0, after);
      assertStatus(nodes.keys(0, Nodes.EPOCH, new long[0]).status, FsStatus.OK);
    }
  }

  /// Stalls what writes to one place of a file of data.
  private static final class StallingDisk implements Disk, AutoCloseable {
    final CountDownLatch stalled = new CountDownLatch(1);
    final CountDownLatch goesOn = new CountDownLatch(1);
    private final long position;

    StallingDisk(long block) {
      position = 4096 + block * BLOCK;
    }

    @Override
    public DiskFile open(Path file) throws IOException {
      DiskFile real = Disk.local().open(file);
      return (DiskFile)
          Proxy.newProxyInstance(
              DiskFile.class.getClassLoader(),
              new Class<?>[] {DiskFile.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("write")
                    && file.endsWith("data")
                    && arguments[1].equals(position)) {
                  stalled.countDown();
                  goesOn.await();
                }
                return method.invoke(real, arguments);
              });
    }

    @Override
    public void close() {
      goesOn.countDown();
    }
  }

  /// The pieces of one run wait for each other: the second for the first, which is stalled.
  @ParameterizedTest
  @EnumSource(names = {"WRITE", "COPY"})
  void aPieceThatWaitsBehindAStalledDiskIsNotWrittenWhenItsTransactionHasEnded(Right right)
      throws Exception {
    StallingDisk disk = new StallingDisk(3);
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES, disk);
        disk) {
      RpcClient client = nodes.clients.get(0);
      byte[] held = bytes(BLOCK);
      long generation = right == Right.COPY ? 9 : 4;
      assertOk(nodes.write(client, nodes.piece(0, 40, 0, 1, generation, held)).join());
      CompletableFuture<write_block_result> begun = nodes.write(client, late(nodes, right, 3));
      disk.stalled.await();
      CompletableFuture<write_block_result> waiting = nodes.write(client, late(nodes, right, 40));
      assertStatus(nodes.keys(0, Nodes.EPOCH, new long[] {78}).status, FsStatus.OK);
      disk.close();
      assertOk(begun.join());
      write_block_result refused = waiting.join();
      assertStatus(refused.status, FsStatus.ETICKET);
      assertThat(refused.message).contains("its transaction has ended");
      assertHolds(nodes, client, 0, 40, generation, held);
    }
  }

  /// A piece of generation 5 and of transaction 78.
  private write_block_args late(Nodes nodes, Right right, long block) {
    write_block_args piece = nodes.piece(0, block, 0, 1, 5, bytes(BLOCK));
    piece.admission = nodes.ticket(0, right, block, 1, 5, 78);
    return piece;
  }

  @Test
  void theNewOwnerOfABlockWaitsForTheLastWriteOfTheOldOneAndWins() throws Exception {
    StallingDisk disk = new StallingDisk(3);
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES, disk);
        disk) {
      RpcClient client = nodes.clients.get(0);
      CompletableFuture<write_block_result> old = nodes.write(client, late(nodes, Right.COPY, 3));
      disk.stalled.await();
      assertStatus(nodes.keys(0, Nodes.EPOCH, new long[] {78}).status, FsStatus.OK);
      byte[] content = bytes(BLOCK);
      CompletableFuture<write_block_result> owner =
          nodes.write(client, nodes.piece(0, 3, 0, 1, 9, content));
      assertThat(nodes.health(0).failed).isFalse(); // it was judged before that was answered
      disk.close();
      assertOk(old.join());
      assertOk(owner.join());
      assertHolds(nodes, client, 0, 3, 9, content);
    }
  }

  @Test
  void controlCallsNeedTheSecret() throws IOException {
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES)) {
      inventory_args arguments = new inventory_args();
      arguments.first = 0;
      arguments.count = 10;
      nodes.proof.sign(arguments);
      arguments.count = 11;
      inventory_result result =
          nodes
              .clients
              .get(0)
              .call(Programs.CONTROL, Programs.Control.INVENTORY, arguments, inventory_result::new)
              .join();
      assertStatus(result.status, FsStatus.EACCES);
      assertOk(nodes.write(nodes.clients.get(0), nodes.piece(0, 3, 0, 1, 5, bytes(99))).join());
      nodes.proof.sign(arguments);
      result =
          nodes
              .clients
              .get(0)
              .call(Programs.CONTROL, Programs.Control.INVENTORY, arguments, inventory_result::new)
              .join();
      assertThat(result.records).hasSize(11);
      assertThat(result.records[3].generation).isEqualTo(5);
      assertThat(result.records[3].length).isEqualTo(99);
      assertThat(result.records[3].inode).isEqualTo(12);
      assertThat(result.records[4].generation).isZero();
      datanode_identity identity =
          nodes
              .clients
              .get(0)
              .call(
                  Programs.DATANODE,
                  Programs.Datanode.IDENTITY,
                  org.acplt.oncrpc.XdrVoid.XDR_VOID,
                  datanode_identity::new)
              .join();
      assertThat(identity.identity).isEqualTo(nodes.nodes.get(0).identity());
      assertThat(identity.datanode).isEqualTo(1);
      assertThat(identity.blocks).isEqualTo(BYTES / BLOCK);
    }
  }

  private static inventory_result verify(Nodes nodes, long first, int count) {
    verify_args arguments = new verify_args();
    arguments.first = first;
    arguments.count = count;
    nodes.proof.sign(arguments);
    return verify(nodes, arguments);
  }

  private static inventory_result verify(Nodes nodes, verify_args arguments) {
    return nodes
        .clients
        .get(0)
        .call(Programs.CONTROL, Programs.Control.VERIFY, arguments, inventory_result::new)
        .join();
  }

  @Test
  void blocksAreReadThroughWhenTheCoordinatorAsks() throws IOException {
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES)) {
      assertOk(
          nodes.write(nodes.clients.get(0), nodes.piece(0, 20, 0, 3, 5, bytes(3 * BLOCK))).join());
      inventory_result sound = verify(nodes, 19, 5);
      assertStatus(sound.status, FsStatus.OK);
      assertThat(sound.records)
          .extracting(each -> each.generation)
          .containsExactly(0L, 5L, 5L, 5L, 0L);
      assertThat(sound.records)
          .extracting(each -> each.length)
          .containsExactly(0, BLOCK, BLOCK, BLOCK, 0);

      flipABit(21);
      inventory_args records = new inventory_args();
      records.first = 21;
      records.count = 1;
      nodes.proof.sign(records);
      inventory_result known =
          nodes
              .clients
              .get(0)
              .call(Programs.CONTROL, Programs.Control.INVENTORY, records, inventory_result::new)
              .join();
      assertThat(known.records[0].length).as("nobody has noticed").isEqualTo(BLOCK);
      inventory_result damaged = verify(nodes, 20, 3);
      assertThat(damaged.records).extracting(each -> each.length).containsExactly(BLOCK, 0, BLOCK);
      assertThat(damaged.records[2].checksum).isEqualTo(sound.records[3].checksum);
      assertThat(nodes.health(0).checksum_errors).isEqualTo(1);
      assertStatus(nodes.read(nodes.clients.get(0), 0, 21, 0, BLOCK, 5).status, FsStatus.ECHECKSUM);

      verify_args forged = new verify_args();
      forged.count = 1;
      nodes.proof.sign(forged);
      forged.count = 2;
      assertStatus(verify(nodes, forged).status, FsStatus.EACCES);
      for (int count : new int[] {-1, (16 << 20) / BLOCK + 1, Integer.MAX_VALUE}) {
        assertStatus(verify(nodes, 0, count).status, FsStatus.EINVAL);
      }
      assertStatus(verify(nodes, -1, 1).status, FsStatus.EINVAL);
      assertThat(verify(nodes, BYTES / BLOCK, 1).records).isEmpty();
    }
  }

  private void flipABit(long block) throws IOException {
    try (RandomAccessFile data =
        new RandomAccessFile(directory.resolve("volume-0/data").toFile(), "rw")) {
      long at = 4096 + block * BLOCK + 5;
      data.seek(at);
      int value = data.read();
      data.seek(at);
      data.write(value ^ 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 65536})
  void blocksAreCopiedToAnotherDatanodeAndDamageIsNot(int sliceSize) throws IOException {
    try (Nodes nodes = new Nodes(directory, 2, sliceSize, BYTES)) {
      byte[] all = bytes(39 * BLOCK + 5);
      for (int block = 0; block < 40; block += 10) {
        byte[] part =
            Arrays.copyOfRange(all, block * BLOCK, Math.min(all.length, (block + 10) * BLOCK));
        assertOk(
            nodes.write(nodes.clients.get(0), nodes.piece(0, 20 + block, 0, 10, 5, part)).join());
      }
      copy_args arguments = new copy_args();
      arguments.source = nodes.ticket(0, Right.READ, 20, 40, 5);
      arguments.block = 20;
      arguments.count = 40;
      arguments.inode = 12;
      arguments.target = nodes.link(1, 150, 40, 5);
      assertThat(copy(nodes, arguments).message).isEmpty();
      assertHolds(nodes, nodes.clients.get(1), 1, 150, 5, all);

      flipABit(33);
      arguments.target = nodes.link(1, 200, 40, 5);
      assertStatus(copy(nodes, arguments).status, FsStatus.ECHECKSUM);
      assertStatus(nodes.read(nodes.clients.get(0), 0, 33, 0, BLOCK, 5).status, FsStatus.ECHECKSUM);
      assertThat(nodes.health(0).checksum_errors).isEqualTo(1);
    }
  }

  private static datanode_status copy(Nodes nodes, copy_args arguments) {
    return nodes
        .clients
        .get(0)
        .call(Programs.DATANODE, Programs.Datanode.COPY, arguments, datanode_status::new)
        .join();
  }

  @Test
  void aDatanodeWhoseDiskRefusesASyncIsOutOfServiceAndSaysSo() throws IOException {
    AtomicBoolean failing = new AtomicBoolean();
    Disk disk =
        file -> {
          DiskFile real = Disk.local().open(file);
          return (DiskFile)
              Proxy.newProxyInstance(
                  DiskFile.class.getClassLoader(),
                  new Class<?>[] {DiskFile.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("sync") && failing.getAndSet(false)) {
                      throw new IOException("Input/output error");
                    }
                    return method.invoke(real, arguments);
                  });
        };
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES, disk)) {
      RpcClient client = nodes.clients.get(0);
      assertOk(nodes.write(client, nodes.piece(0, 3, 0, 1, 5, bytes(BLOCK))).join());
      failing.set(true);
      assertStatus(nodes.sync(0, 3, 1, 5).status, FsStatus.EIO);
      assertStatus(nodes.sync(0, 3, 1, 5).status, FsStatus.EIO);
      assertStatus(
          nodes.write(client, nodes.piece(0, 4, 0, 1, 5, bytes(BLOCK))).join().status,
          FsStatus.EIO);
      assertThat(nodes.health(0).failed).isTrue();
      assertThat(nodes.health(0).message).contains("Input/output error");
    }
  }

  /// Counts syncs of each file from then on, and lets one fail.
  private static final class SyncingDisk implements Disk {
    final Map<String, Integer> syncs = new ConcurrentHashMap<>();
    volatile String failing = "none";

    @Override
    public DiskFile open(Path file) throws IOException {
      DiskFile real = Disk.local().open(file);
      String name = file.subpath(file.getNameCount() - 2, file.getNameCount()).toString();
      return (DiskFile)
          Proxy.newProxyInstance(
              DiskFile.class.getClassLoader(),
              new Class<?>[] {DiskFile.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("sync")) {
                  if (name.equals(failing)) {
                    throw new IOException("Input/output error");
                  }
                  syncs.merge(name, 1, Integer::sum);
                }
                return method.invoke(real, arguments);
              });
    }
  }

  @Test
  void aPieceThatIsToBeStableIsAnsweredWhenAllOfTheChainHaveSyncedIt() throws IOException {
    SyncingDisk disk = new SyncingDisk();
    try (Nodes nodes = new Nodes(directory, 3, BLOCK, BYTES, disk)) {
      byte[] content = bytes(BLOCK + 4096);
      write_block_args piece = nodes.piece(0, 3, 0, 2, 5, content, 1, 2);
      piece.stable = true;
      assertOk(nodes.write(nodes.clients.get(0), piece).join());
      assertThat(disk.syncs)
          .containsOnlyKeys(
              "volume-0/data",
              "volume-0/records",
              "volume-1/data",
              "volume-1/records",
              "volume-2/data",
              "volume-2/records");
      for (int node = 0; node < 3; node++) {
        assertHolds(nodes, nodes.clients.get(node), node, 3, 5, content);
      }

      disk.failing = "volume-2/records";
      piece = nodes.piece(0, 8, 0, 2, 5, content, 1, 2);
      piece.stable = true;
      write_block_result refused = nodes.write(nodes.clients.get(0), piece).join();
      assertStatus(refused.status, FsStatus.EIO);
      assertThat(refused.failed).containsExactly(2);
      disk.failing = "none";
      assertStatus(
          nodes.write(nodes.clients.get(2), nodes.piece(2, 8, 0, 2, 5, content)).join().status,
          FsStatus.EIO);
      assertThat(nodes.health(2).failed).isTrue();
    }
  }

  @Test
  void hostileArgumentsAreRefusedAndTheServiceGoesOn() throws IOException {
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES)) {
      RpcClient client = nodes.clients.get(0);
      int[] offsets = {-1, 1, BLOCK, Integer.MIN_VALUE, Integer.MAX_VALUE, 4096};
      for (int offset : offsets) {
        write_block_args piece = nodes.piece(0, 3, offset, 4096, 5, bytes(100));
        assertThat(nodes.write(client, piece).join().status).isNotZero();
        assertThat(nodes.read(client, 0, 3, offset, 100, 5).status).isNotZero();
      }
      long[] blocks = {-1, BYTES / BLOCK, Long.MAX_VALUE, Long.MIN_VALUE};
      for (long block : blocks) {
        assertThat(nodes.write(client, nodes.piece(0, block, 0, 1, 5, bytes(BLOCK))).join().status)
            .isNotZero();
        assertThat(nodes.read(client, 0, block, 0, 100, 5).status).isNotZero();
        assertThat(nodes.sync(0, block, 1, 5).status).isNotZero();
      }
      for (int length : new int[] {0, -1, Integer.MAX_VALUE, (16 << 20) + 1}) {
        assertThat(nodes.read(client, 0, 0, 0, length, 5).status).isNotZero();
      }
      assertThat(nodes.write(client, nodes.piece(0, 3, 0, 1, 5, new byte[0])).join().status)
          .isNotZero();
      for (int i = 0; i < 50; i++) {
        try (Socket socket = new Socket("127.0.0.1", nodes.nodes.get(0).port())) {
          socket.getOutputStream().write(bytes(1 + random.nextInt(2000)));
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("e"); // it may well have closed the connection
        }
      }
      assertOk(nodes.write(client, nodes.piece(0, 3, 0, 1, 5, bytes(BLOCK))).join());
      assertThat(nodes.health(0).failed).isFalse();
    }
  }

  @Test
  void aRestartedDatanodeHasWhatWasWritten() throws IOException {
    byte[] content = bytes(3 * BLOCK);
    DatanodeConfig config;
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES)) {
      assertOk(nodes.write(nodes.clients.get(0), nodes.piece(0, 3, 0, 3, 5, content)).join());
      config = nodes.configs.get(0);
      assertThatThrownBy(() -> Datanode.start(config)).hasMessageContaining("in use");
      nodes.restart(0);
      assertStatus(nodes.read(nodes.clients.get(0), 0, 3, 0, 10, 5).status, FsStatus.ETICKET);
      nodes.keys(0, Nodes.EPOCH, new long[0]);
      assertHolds(nodes, nodes.clients.get(0), 0, 3, 5, content);
    }
    assertThat(config.socket().map(Files::exists)).hasValue(false);
  }
}
