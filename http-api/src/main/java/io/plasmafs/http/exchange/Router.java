package io.plasmafs.http.exchange;

import io.plasmafs.model.operation.Answer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the route of a request, runs its handler, and turns what goes wrong into an answer.
public final class Router {
  private static final Logger log = LoggerFactory.getLogger(Router.class);

  private final List<Route> routes;
  private final RouteTree tree;
  private final PromptAnswers prompt;

  /// @throws IllegalArgumentException if two routes collide
  public Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
    this.tree = new RouteTree(routes);
    this.prompt = new PromptAnswers(tree);
  }

  /// All routes.
  public List<Route> routes() {
    return routes;
  }

  /// Answers a request without waiting, if it is a simple one.
  ///
  /// @param callback is told when the answer has left
  /// @param otherwise is called, perhaps later, on a thread that must not wait either, if it turns
  ///   out that the request has to be [served][#serve], with what is known by then
  /// @return whether it will be answered, or `otherwise` called; if not, nothing was done
  public boolean serveAtOnce(
      Request request, Response response, Callback callback, Consumer<Optional<Answer>> otherwise) {
    return prompt.begin(request, response, callback, otherwise);
  }

  /// Answers a request, on the thread that calls, which may have to wait.
  ///
  /// @param early what the cluster has said about the request's path already
  /// @throws IOException if the answer had begun when something failed: the connection has to be
  ///   broken off, so that the client does not take a part for the whole
  public void serve(Request request, Response response, Optional<Answer> early) throws IOException {
    try {
      route(request, response, early);
    } catch (Throwable failure) {
      if (failure instanceof VirtualMachineError fatal) {
        throw fatal;
      }
      Problem problem = Problem.from(failure);
      if (failure instanceof EofException) {
        log.debug(
            "{} {}: the client went away", request.getMethod(), request.getHttpURI().getPath());
      } else if (problem.status() == 500) {
        log.warn("{} {} failed", request.getMethod(), request.getHttpURI().getPath(), failure);
      }
      if (response.isCommitted()) {
        throw failure instanceof IOException io ? io : new IOException(failure);
      }
      answer(problem, request, response);
    }
  }

  /// Answers with a problem.
  public static void answer(Problem problem, Request request, Response response)
      throws IOException {
    // What a handler had set is about the answer that it could not give.
    response.getHeaders().clear();
    SafeHeaders.set(response);
    Exchange exchange = new Exchange(request, response, Map.of(), true);
    problem.headers().forEach(exchange::header);
    exchange.send(problem.status(), "application/problem+json", problem.body().bytes());
  }

  private void route(Request request, Response response, Optional<Answer> early) throws Exception {
    SafeHeaders.set(response);
    String path = Optional.ofNullable(request.getHttpURI().getPath()).orElse("/");
    RouteTree.Found found =
        tree.find(path)
            .orElseThrow(() ->
                Problem.notFound(
                    "nothing is served at this path; files are below /v1/fs, and /openapi.json"
                        + " lists all"));
    Route route = found.byMethod().get(request.getMethod());
    if (route != null) {
      Exchange exchange = new Exchange(request, response, found.variables(), early);
      try {
        route.handler().handle(exchange);
      } finally {
        exchange.body().close();
      }
      return;
    }
    TreeSet<String> methods = new TreeSet<>(found.methods());
    methods.add("OPTIONS");
    String allowed = String.join(", ", methods);
    if (request.getMethod().equals("OPTIONS")) {
      new Exchange(request, response, Map.of(), false).header("Allow", allowed).send(204);
      return;
    }
    throw Problem.of(
            405,
            "method-not-allowed",
            "this method is not served here",
            "here " + allowed + " are served")
        .withHeader("Allow", allowed);
  }
}
