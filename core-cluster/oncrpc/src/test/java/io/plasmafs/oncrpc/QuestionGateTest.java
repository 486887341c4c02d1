package io.plasmafs.oncrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.oncrpc.sample.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.acplt.oncrpc.XdrInt;
import org.junit.jupiter.api.Test;

/// Questions that travel together: [QuestionGate].
class QuestionGateTest {
  private static final RpcLimits LIMITS = RpcLimits.defaults();

  private static CompletableFuture<XdrInt> ask(RpcClient client, int procedure, int number) {
    return client.call(
        SampleServer.ID, procedure, new XdrInt(number), XdrInt::new, client.options().asQuestion());
  }

  private static CompletableFuture<XdrInt> tell(RpcClient client, int procedure, int number) {
    return client.call(SampleServer.ID, procedure, new XdrInt(number), XdrInt::new);
  }

  @Test
  void questionsOfManyThreadsAreAllAnswered() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int thread = 0; thread < 16; thread++) {
        int first = thread * 1000;
        all.add(
            threads.submit(() -> {
              int right = 0;
              for (int i = first; i < first + 500; i++) {
                CompletableFuture<XdrInt> answer =
                    i % 7 == 0 ? tell(client, Sample.ADD_1, i) : ask(client, Sample.ADD_1, i);
                right += answer.get(20, TimeUnit.SECONDS).intValue() == i + 1 ? 1 : 0;
              }
              return right;
            }));
      }
      for (Future<Integer> right : all) {
        assertThat(right.get()).isEqualTo(500);
      }
      assertThat(client.callsInFlight()).isZero();
    }
  }

  @Test
  void questionWithoutAnswerStopsNoOther() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp())) {
      CompletableFuture<XdrInt> slow = ask(client, SampleServer.HOLD, 1);
      SampleServer.Held held = server.held.poll(20, TimeUnit.SECONDS);
      for (int i = 0; i < 20; i++) {
        XdrInt answer = ask(client, Sample.ADD_1, i).get(20, TimeUnit.SECONDS);
        assertThat(answer.intValue()).isEqualTo(i + 1);
      }
      assertThat(slow).isNotDone();
      held.reply().success(new XdrInt(5));
      assertThat(slow.get(20, TimeUnit.SECONDS).intValue()).isEqualTo(5);
    }
  }

  @Test
  void callsArriveInTheOrderInWhichTheyWereMade() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp())) {
      List<CompletableFuture<XdrInt>> calls = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        boolean question = i % 50 != 49;
        calls.add(
            question ? ask(client, SampleServer.HOLD, i) : tell(client, SampleServer.HOLD, i));
      }
      for (int i = 0; i < 300; i++) {
        SampleServer.Held held = server.held.poll(20, TimeUnit.SECONDS);
        assertThat(held.number()).isEqualTo(i);
        held.reply().success(new XdrInt(i));
      }
      for (CompletableFuture<XdrInt> call : calls) {
        assertThat(call.get(20, TimeUnit.SECONDS)).isNotNull();
      }
    }
  }

  @Test
  void heldQuestionsFailWithTheConnection() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true)) {
      RpcClient client = server.connect(server.tcp());
      List<CompletableFuture<XdrInt>> calls = new ArrayList<>();
      calls.add(ask(client, SampleServer.HOLD, 0));
      SampleServer.Held held = server.held.poll(20, TimeUnit.SECONDS);
      for (int i = 1; i < 500; i++) {
        calls.add(ask(client, SampleServer.HOLD, i));
      }
      held.call().connection().close();
      calls.add(ask(client, SampleServer.HOLD, 500));
      client.closed().toCompletableFuture().get(20, TimeUnit.SECONDS);
      calls.add(ask(client, SampleServer.HOLD, 501));
      for (CompletableFuture<XdrInt> call : calls) {
        assertThatThrownBy(call::join)
            .isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(RpcException.class);
      }
      assertThat(client.callsInFlight()).isZero();
    }
  }

  @Test
  void heldQuestionsCanBeCancelled() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp())) {
      CompletableFuture<XdrInt> slow = ask(client, SampleServer.HOLD, 0);
      SampleServer.Held held = server.held.poll(20, TimeUnit.SECONDS);
      for (int i = 1; i < 100; i++) {
        assertThat(ask(client, SampleServer.HOLD, i).cancel(false)).isTrue();
      }
      Eventually.isTrue(() -> client.callsInFlight() == 1, "only the first is under way");
      held.reply().success(new XdrInt(3));
      assertThat(slow.get(20, TimeUnit.SECONDS).intValue()).isEqualTo(3);
      assertThat(ask(client, Sample.ADD_1, 1).get(20, TimeUnit.SECONDS).intValue()).isEqualTo(2);
      server.held.forEach(late -> late.reply().success(new XdrInt(1)));
    }
  }
}
