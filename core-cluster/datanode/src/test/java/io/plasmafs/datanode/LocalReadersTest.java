package io.plasmafs.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Ticket.Right;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.xdr.BulkData;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.data_file;
import io.plasmafs.protocol.xdr.data_files;
import io.plasmafs.protocol.xdr.locate_result;
import io.plasmafs.protocol.xdr.ticket;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a datanode tells clients of its host, so that they can read its files.
class LocalReadersTest {
  private static final int BLOCK = Nodes.BLOCK;
  private static final long BYTES = 16L << 20;

  @TempDir Path directory;

  private static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static data_file[] files(RpcClient client) {
    return client.call(Programs.DATANODE, Programs.Datanode.FILES, data_files::new).join().files;
  }

  private static locate_result locate(RpcClient client, ticket admission, long block, int length) {
    return client
        .call(
            Programs.DATANODE,
            Programs.Datanode.LOCATE,
            Nodes.reading(admission, block, 0, length),
            locate_result::new)
        .join();
  }

  private static byte[] read(data_file file, locate_result where) throws IOException {
    assertThat(where.message).isEmpty();
    assertThat(where.parts).hasSize(1);
    try (FileChannel channel = FileChannel.open(Path.of(file.path));
        BulkData data = BulkData.read(channel, where.parts[0].position, where.parts[0].length)) {
      return data.toByteArray();
    }
  }

  private void put(Nodes nodes, long block, long generation, byte[] content) {
    assertThat(
            nodes
                .write(nodes.clients.get(0), nodes.piece(0, block, 0, 4, generation, content))
                .join()
                .message)
        .isEmpty();
  }

  @Test
  void itsFilesAreToldToWhoComesByTheSocketOnTheHost() throws IOException {
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES);
        RpcClient local = nodes.connect(nodes.unix(0))) {
      assertThat(files(nodes.clients.get(0))).isEmpty();
      data_file[] files = files(local);
      assertThat(files).hasSize(1);
      try (var in = Files.newInputStream(Path.of(files[0].path))) {
        assertThat(in.readNBytes(512)).isEqualTo(files[0].head);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 65536})
  void bytesLieWhereItSaysWithTheChecksumsItSays(int sliceSize) throws IOException {
    try (Nodes nodes = new Nodes(directory, 1, sliceSize, BYTES);
        RpcClient local = nodes.connect(nodes.unix(0))) {
      byte[] content = bytes(1, 3 * BLOCK + 777);
      put(nodes, 20, 5, content);
      locate_result where =
          locate(local, nodes.ticket(0, Right.READ, 20, 4, 5), 20, content.length);
      assertThat(read(files(local)[0], where)).isEqualTo(content);
      assertThat(where.checksums).isEqualTo(nodes.checksums(content));
    }
  }

  /// A reader was told where a block lies, and comes to read it when the block is another file's.
  @Test
  void aBlockThatWasGivenAwayMeanwhileDoesNotHaveTheChecksumsThatWereTold() throws IOException {
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES);
        RpcClient local = nodes.connect(nodes.unix(0))) {
      put(nodes, 7, 5, bytes(1, BLOCK));
      ticket old = nodes.ticket(0, Right.READ, 7, 1, 5);
      locate_result where = locate(local, old, 7, BLOCK);
      put(nodes, 7, 6, bytes(2, BLOCK));

      byte[] found = read(files(local)[0], where);
      assertThat(nodes.checksums(found)).isNotEqualTo(where.checksums);
      assertThat(FsStatus.ofCode(locate(local, old, 7, BLOCK).status))
          .hasValue(FsStatus.ESTALEBLOCK);
    }
  }

  @Test
  void whoMayNotReadIsNotTold() throws IOException {
    try (Nodes nodes = new Nodes(directory, 1, BLOCK, BYTES);
        RpcClient local = nodes.connect(nodes.unix(0))) {
      put(nodes, 7, 5, bytes(1, BLOCK));
      ticket forged = nodes.ticket(0, Right.READ, 7, 1, 5);
      forged.mac = Arrays.copyOf(forged.mac, forged.mac.length);
      forged.mac[3] ^= 1;
      for (ticket useless :
          new ticket[] {
            forged, nodes.ticket(0, Right.WRITE, 7, 1, 5), nodes.ticket(0, Right.READ, 8, 1, 5)
          }) {
        locate_result refused = locate(local, useless, 7, BLOCK);
        assertThat(FsStatus.ofCode(refused.status)).hasValue(FsStatus.ETICKET);
        assertThat(refused.parts).isEmpty();
      }
    }
  }
}
