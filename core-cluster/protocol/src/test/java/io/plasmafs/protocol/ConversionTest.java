package io.plasmafs.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Ticket;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.cluster_entry;
import io.plasmafs.protocol.xdr.commit_args;
import io.plasmafs.protocol.xdr.datanode_entry;
import io.plasmafs.protocol.xdr.fs_principal;
import io.plasmafs.protocol.xdr.ticket;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ConversionTest {
  private final long seed = new Random().nextLong();
  private final Samples samples = new Samples(seed);

  @Test
  void valuesAreTheSameAfterBothWays() throws Exception {
    for (int i = 0; i < 500; i++) {
      Ticket t = samples.ticket();
      assertThat(Conversion.toModel(Wire.decode(new ticket(), Wire.encode(Conversion.toXdr(t)))))
          .as("seed %d", seed)
          .isEqualTo(t);
      Principal p = samples.principal();
      assertThat(
              Conversion.toModel(Wire.decode(new fs_principal(), Wire.encode(Conversion.toXdr(p)))))
          .as("seed %d", seed)
          .isEqualTo(p);
      Datanode d =
          new Datanode(
              samples.datanode(),
              "0123456789abcdef0123456789abcdef",
              "127.0.0.1:" + i,
              "unix:/s" + i,
              samples.user(),
              samples.user(),
              samples.any(Datanode.State.class),
              samples.counter(),
              samples.counter(),
              samples.counter(),
              samples.counter(),
              i);
      assertThat(
              Conversion.toModel(
                  Wire.decode(new datanode_entry(), Wire.encode(Conversion.toXdr(d)))))
          .as("seed %d", seed)
          .isEqualTo(d);
      ClusterDescription c =
          new ClusterDescription(
              samples.user(),
              1 << (16 + i % 11),
              1 << 16,
              samples.integer(),
              samples.integer(),
              samples.counter(),
              samples.counter());
      assertThat(
              Conversion.toModel(
                  Wire.decode(new cluster_entry(), Wire.encode(Conversion.toXdr(c)))))
          .as("seed %d", seed)
          .isEqualTo(c);
    }
  }

  @Test
  void tokensAreTheSameAfterBothWays() {
    var token = samples.token();
    assertThat(Conversion.toModel(Conversion.toXdr(token))).as("seed %d", seed).contains(token);
    commit_args none = new commit_args();
    none.token = new byte[0];
    assertThat(Conversion.toModel(none)).isEmpty();
  }

  @Test
  void whatTheContractCannotSayIsInvalid() {
    assertInvalid(() -> Conversion.toXdr(new Principal("u".repeat(256), "g", Set.of())), "user");
    assertInvalid(() -> Conversion.toXdr(new Principal("u", "g", Set.of("a,b"))), "a,b");
    Set<String> many =
        IntStream.range(1000, 5000).mapToObj(i -> "g" + i).collect(Collectors.toSet());
    assertInvalid(() -> Conversion.toXdr(new Principal("u", "g", many)), "16384");
  }

  @Test
  void whatTheModelDoesNotKnowIsInvalid() {
    ticket t = Conversion.toXdr(samples.ticket());
    t.right = 4;
    assertInvalid(() -> Conversion.toModel(t), "right");
    t.right = 1;
    t.datanode = 0;
    assertInvalid(() -> Conversion.toModel(t), "datanode");
    assertInvalid(() -> Conversion.status(3), "3");
    fs_principal p = Conversion.toXdr(samples.principal());
    p.groups = "a,,b";
    assertInvalid(() -> Conversion.toModel(p), "empty");
    p.groups = "a";
    p.user = "";
    assertInvalid(() -> Conversion.toModel(p), "empty");
  }

  @Test
  void singleArgumentsAndResultsAreBounded() throws Exception {
    assertThat(Wire.decode(new TextMessage(), Wire.encode(new TextMessage("zürich"))).text())
        .isEqualTo("zürich");
    assertThatThrownBy(() -> Wire.encode(new TextMessage("x".repeat(256))))
        .isInstanceOf(XdrException.class);
    assertThatThrownBy(
            () -> Wire.decode(new TextMessage(), new byte[] {0x7f, -1, -1, -1, 0, 0, 0, 0}))
        .isInstanceOf(XdrException.class);
    for (FsStatus status : FsStatus.values()) {
      assertThat(Wire.decode(new StatusMessage(), Wire.encode(new StatusMessage(status))).status())
          .isEqualTo(status);
    }
    assertThatThrownBy(() -> Wire.decode(new StatusMessage(), new byte[] {0, 0, 0, 3}))
        .isInstanceOf(XdrException.class)
        .hasMessageContaining("3");
  }

  private static void assertInvalid(Runnable conversion, String word) {
    assertThatThrownBy(conversion::run)
        .hasMessageContaining(word)
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EINVAL));
  }
}
