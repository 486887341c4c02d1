package io.plasmafs.http.server;

import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.exchange.Router;
import io.plasmafs.model.operation.Answer;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens, and hands each request to the router: the simple ones at once, on the thread that read
/// them, which must not wait, all others on a virtual thread of their own. Speaks HTTP/1.1, and
/// HTTP/2 to who begins with it or asks for the upgrade.
public final class HttpServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpServer.class);
  private static final int HEADER_BYTES = 16 << 10;
  private static final int INPUT_BYTES = 64 << 10;
  private static final int OUTPUT_BYTES = 64 << 10;
  private static final int STREAMS_PER_CONNECTION = 64;

  private final Server server;
  private final ServerConnector connector;

  private HttpServer(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  /// What a server is like.
  ///
  /// @param allowedHosts names beside those of loopback that requests may be addressed to
  /// @param connections most at a time; more wait to be accepted
  /// @param idle a connection without a byte for so long is closed
  /// @param drain how long requests under way may go on when the server is closed
  public record Settings(
      String host,
      int port,
      List<String> allowedHosts,
      int connections,
      Duration idle,
      Duration drain) {}

  /// Starts to serve.
  ///
  /// @throws IOException if that is not possible; the message is one line
  public static HttpServer start(Settings settings, Router router) throws IOException {
    Executor requests = VirtualThreads.getNamedVirtualThreadsExecutor("request-");
    Server server = new Server(new ConnectionThreads(requests));
    HttpConfiguration http = configuration();
    HTTP2CServerConnectionFactory http2 = new HTTP2CServerConnectionFactory(http);
    http2.setMaxConcurrentStreams(STREAMS_PER_CONNECTION);
    HttpConnectionFactory http1 = new HttpConnectionFactory(http);
    ServerConnector connector = new ServerConnector(server, 1, 1, http1, http2);
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(settings.idle().toMillis());
    connector.setShutdownIdleTimeout(settings.drain().toMillis());
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(settings.connections(), connector));
    server.setStopTimeout(settings.drain().toMillis());
    server.setErrorHandler(new Refusals(requests));
    server.setHandler(
        new GracefulHandler(
            new Requests(router, new HostCheck(settings.allowedHosts()), requests)));
    try {
      server.start();
    } catch (Exception e) {
      stop(server);
      throw failure(settings, e);
    }
    return new HttpServer(server, connector);
  }

  private static HttpConfiguration configuration() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setInputBufferSize(INPUT_BYTES);
    http.setOutputBufferSize(OUTPUT_BYTES);
    http.setHttpCompliance(HttpCompliance.RFC9110);
    // Names may have percent signs, backslashes and control characters; an encoded slash, dots
    // however spelled, and what is not UTF-8 stay refused where they could mean two things.
    http.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "names of files",
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
            UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS,
            UriCompliance.Violation.ILLEGAL_PATH_CHARACTERS,
            UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
            UriCompliance.Violation.BAD_UTF8_ENCODING));
    return http;
  }

  private static IOException failure(Settings settings, Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return new IOException(
            "port "
                + settings.port()
                + " of "
                + settings.host()
                + " is taken by another program; stop it, or choose another port",
            e);
      }
    }
    return new IOException("cannot serve: " + e.getMessage(), e);
  }

  /// The port that it listens at.
  public int port() {
    return connector.getLocalPort();
  }

  /// Takes no more requests, and returns when those under way have ended, or their time is up.
  @Override
  public void close() {
    stop(server);
  }

  /// Closes all connections at once.
  public void kill() {
    server.setStopTimeout(0);
    connector.getConnectedEndPoints().forEach(EndPoint::close);
    stop(server);
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (TimeoutException e) {
      log.info(
          "requests that were still under way after {} ms were cut off", server.getStopTimeout());
    } catch (Exception e) {
      throw new IllegalStateException("the server cannot be stopped", e);
    }
  }

  /// The bridge from Jetty to the router. Jetty calls it on the thread that reads from all
  /// connections.
  private static final class Requests extends Handler.Abstract.NonBlocking {
    private final Router router;
    private final HostCheck hosts;
    private final Executor threads;

    Requests(Router router, HostCheck hosts, Executor threads) {
      this.router = router;
      this.hosts = hosts;
      this.threads = threads;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      try {
        hosts.check(request);
        CodingCheck.check(request);
      } catch (Problem problem) {
        threads.execute(() -> refuse(problem, request, response, callback));
        return true;
      }
      Consumer<Optional<Answer>> serve =
          early -> threads.execute(() -> serve(request, response, callback, early));
      if (!router.serveAtOnce(request, response, callback, serve)) {
        serve.accept(Optional.empty());
      }
      return true;
    }

    private void serve(
        Request request, Response response, Callback callback, Optional<Answer> early) {
      try {
        router.serve(request, response, early);
        callback.succeeded();
      } catch (Throwable e) {
        // The answer had begun: the client must not take a part for the whole.
        callback.failed(e);
      }
    }
  }

  private static void refuse(
      Problem problem, Request request, Response response, Callback callback) {
    try {
      Router.answer(problem, request, response);
      callback.succeeded();
    } catch (IOException e) {
      callback.failed(e);
    }
  }

  /// What Jetty refuses by itself, as problems like all others.
  private static final class Refusals extends ErrorHandler {
    private final Executor threads;

    Refusals(Executor threads) {
      this.threads = threads;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      int status = response.getStatus() < 400 ? 500 : response.getStatus();
      Object message = request.getAttribute(ERROR_MESSAGE);
      Problem problem =
          Problem.of(
              status,
              "refused",
              "the request was refused",
              Optional.ofNullable(message).map(String::valueOf).orElse("it breaks a rule"));
      threads.execute(() -> refuse(problem, request, response, callback));
      return true;
    }
  }
}
