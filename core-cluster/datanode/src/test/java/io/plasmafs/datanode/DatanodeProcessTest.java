package io.plasmafs.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.protocol.xdr.read_block_result;
import io.plasmafs.protocol.xdr.write_block_result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Datanodes in processes of their own, with the heap they have in a cluster.
class DatanodeProcessTest {
  private static final int CONNECTIONS = 200;

  @TempDir Path directory;

  @Test
  void twoHundredConnectionsFitInTheHeapAndTheProcessStopsCleanly() throws Exception {
    List<Process> processes = new ArrayList<>();
    byte[] piece = new byte[1 << 20];
    for (int i = 0; i < piece.length; i++) {
      piece[i] = (byte) (i * 31 + i / 257);
    }
    int blocks = piece.length / Nodes.BLOCK;
    try (Nodes nodes = Nodes.apart(directory, 1, 256L << 20, processes)) {
      List<RpcClient> clients = new ArrayList<>();
      List<CompletableFuture<write_block_result>> answers = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        clients.add(nodes.connect(i % 2 == 0 ? nodes.tcp(0) : nodes.unix(0)));
      }
      for (int i = 0; i < CONNECTIONS; i++) {
        answers.add(
            nodes.write(
                clients.get(i), nodes.piece(0, (long) i * blocks, 0, blocks, 5 + i, piece)));
      }
      for (CompletableFuture<write_block_result> answer : answers) {
        assertThat(answer.join().message).isEmpty();
      }
      for (int i = 0; i < CONNECTIONS; i++) {
        read_block_result result =
            nodes.read(clients.get(i), 0, (long) i * blocks, 0, piece.length, 5 + i);
        assertThat(FsStatus.ofCode(result.status)).hasValue(FsStatus.OK);
        assertThat(result.data.toByteArray()).isEqualTo(piece);
        result.data.release();
      }
      assertThat(nodes.health(0).connections).isEqualTo(CONNECTIONS + 1);
      clients.forEach(RpcClient::close);
      processes.get(0).toHandle().destroy();
      assertThat(processes.get(0).waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(processes.get(0).exitValue()).isEqualTo(143);
      Datanode.start(nodes.configs.get(0)).close();
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  @Test
  void aDatanodeThatCannotStartSaysWhyInOneLine() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                Datanode.class.getName(),
                "--cluster=test",
                "--secret-file=" + directory.resolve("none"),
                "--volumes=" + directory)
            .start();
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(said.strip())
        .startsWith("datanode: cannot read the cluster's secret " + directory.resolve("none"))
        .doesNotContain("\n");
  }
}
