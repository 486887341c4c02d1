package io.plasmafs.http.exchange;

import io.plasmafs.model.operation.Answer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// Answers simple requests of [PromptHandler]s without a thread that waits. A request is simple if
/// it is a GET or HEAD without a body, parameters, ranges or wishes that take more than one look.
///
/// Whatever goes wrong is left to the ordinary way, which meets it again and tells the client.
final class PromptAnswers {
  /// What a simple request does not have.
  private static final String[] NOT_SIMPLE = {
    "Content-Length", "Transfer-Encoding", "Expect", "Range", "If", "Want-Repr-Digest"
  };

  private final RouteTree routes;

  PromptAnswers(RouteTree routes) {
    this.routes = routes;
  }

  /// As [Router#serveAtOnce].
  boolean begin(
      Request request, Response response, Callback callback, Consumer<Optional<Answer>> otherwise) {
    if (!isSimple(request)) {
      return false;
    }
    Optional<RouteTree.Found> found = routes.find(request.getHttpURI().getPath());
    Route route = found.isEmpty() ? null : found.get().byMethod().get(request.getMethod());
    if (route == null || !(route.handler() instanceof PromptHandler handler)) {
      return false;
    }
    Exchange exchange = Exchange.collecting(request, response, found.get().variables());
    Optional<CompletableFuture<Answer>> asked;
    try {
      asked = handler.ask(exchange);
    } catch (RuntimeException e) {
      return false;
    }
    asked.ifPresent(question -> {
      var unused =
          question.whenComplete((answer, failure) -> {
            if (failure == null && answers(handler, exchange, answer, response)) {
              response.write(true, exchange.collected(), callback);
            } else {
              otherwise.accept(Optional.ofNullable(answer));
            }
          });
    });
    return asked.isPresent();
  }

  private static boolean isSimple(Request request) {
    String method = request.getMethod();
    if (!method.equals("GET") && !method.equals("HEAD")
        || request.getHttpURI().getQuery() != null
        || request.getHttpURI().getPath() == null) {
      return false;
    }
    HttpFields headers = request.getHeaders();
    for (String name : NOT_SIMPLE) {
      if (headers.contains(name)) {
        return false;
      }
    }
    return true;
  }

  private static boolean answers(
      PromptHandler handler, Exchange exchange, Answer answer, Response response) {
    try {
      SafeHeaders.set(response);
      return handler.answer(exchange, answer);
    } catch (Exception e) {
      return false;
    }
  }
}
