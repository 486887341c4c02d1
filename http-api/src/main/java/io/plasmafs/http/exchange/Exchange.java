package io.plasmafs.http.exchange;

import io.plasmafs.model.operation.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/// One request and the answer to it. For one thread, which waits for what it reads and writes.
public final class Exchange {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Request request;
  private final Response response;
  private final Map<String, String> variables;
  private final Query query;
  private final RequestBody body;
  private final boolean collects;
  private final Optional<Answer> early;
  private ByteBuffer collected = NOTHING;

  /// @param reports whether it is only to report a problem: what the request says is not looked at
  Exchange(Request request, Response response, Map<String, String> variables, boolean reports) {
    this(request, response, variables, reports, false, Optional.empty());
  }

  /// An exchange whose handler finds out at once what the cluster has said already.
  Exchange(
      Request request, Response response, Map<String, String> variables, Optional<Answer> early) {
    this(request, response, variables, false, false, early);
  }

  /// An exchange that waits for nothing: a small answer, given in one piece, is kept in
  /// [#collected()] to be sent.
  static Exchange collecting(Request request, Response response, Map<String, String> variables) {
    return new Exchange(request, response, variables, false, true, Optional.empty());
  }

  private Exchange(
      Request request,
      Response response,
      Map<String, String> variables,
      boolean reports,
      boolean collects,
      Optional<Answer> early) {
    this.collects = collects;
    this.early = early;
    this.request = request;
    this.response = response;
    this.variables = variables;
    this.query =
        new Query(reports ? "" : Optional.ofNullable(request.getHttpURI().getQuery()).orElse(""));
    this.body = new RequestBody(request);
  }

  // ---- the request ----

  /// `GET`, `PUT`, …
  public String method() {
    return request.getMethod();
  }

  /// Whether it is a HEAD: everything as with GET, but the answer's body stays here.
  public boolean isHead() {
    return method().equals("HEAD");
  }

  /// The part of the path that a variable of the route stands for, as it was spelled.
  public String variable(String name) {
    String value = variables.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the route has no variable " + name);
    }
    return value;
  }

  /// The path of the URL, as it was spelled.
  public String rawPath() {
    return Optional.ofNullable(request.getHttpURI().getPath()).orElse("/");
  }

  /// The parameters behind the question mark.
  public Query query() {
    return query;
  }

  /// The value of a header; of several of the same name, joined by commas.
  public Optional<String> header(String name) {
    List<String> values = request.getHeaders().getValuesList(name);
    return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
  }

  /// The type of the body without its parameters, in small letters; empty if none is said.
  public String contentType() {
    String type = header("Content-Type").orElse("");
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon))
        .strip()
        .toLowerCase(java.util.Locale.ROOT);
  }

  /// The body.
  public RequestBody body() {
    return body;
  }

  /// What the cluster has said about the request's path since the request was there.
  public Optional<Answer> early() {
    return early;
  }

  // ---- the answer ----

  /// Sets the status. To be called before anything is sent.
  public Exchange status(int status) {
    response.setStatus(status);
    return this;
  }

  /// Sets a header, in place of one of the same name.
  public Exchange header(String name, String value) {
    response.getHeaders().put(name, value);
    return this;
  }

  /// Announces how long the answer's body is.
  public Exchange length(long bytes) {
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes);
    return this;
  }

  /// Sends an answer without a body.
  public void send(int status) throws IOException {
    response.setStatus(status);
    write(ByteBuffer.allocate(0), true);
  }

  /// Sends an answer with a small body.
  public void send(int status, String contentType, byte[] bytes) throws IOException {
    response.setStatus(status);
    header("Content-Type", contentType);
    length(bytes.length);
    write(ByteBuffer.wrap(isHead() ? new byte[0] : bytes), true);
  }

  /// Sends an answer of JSON.
  public void send(int status, JsonObject object) throws IOException {
    send(status, "application/json", object.bytes());
  }

  /// Sends a piece of a large body, all of which is consumed, and waits until the client's
  /// connection has taken it.
  public void write(ByteBuffer piece, boolean last) throws IOException {
    if (collects) {
      if (collected.hasRemaining()) {
        throw new IllegalStateException("the answer has more than one piece");
      }
      collected = piece;
      return;
    }
    endRequest();
    Content.Sink.write(response, last, piece);
  }

  /// The body of the answer that was collected.
  ByteBuffer collected() {
    return collected;
  }

  /// Where a large body can be written to; closing it ends the answer.
  public OutputStream output() {
    endRequest();
    return Content.Sink.asOutputStream(response);
  }

  /// What a handler leaves of the body would be taken for the next request. Jetty closes the
  /// connection then, but announces it only if it is told before the answer begins; a client that
  /// was not told sends its next request into a connection that is being closed.
  private void endRequest() {
    if (!isCommitted() && isHttp1() && !body.discard()) {
      response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
    }
  }

  private boolean isHttp1() {
    return request.getConnectionMetaData().getHttpVersion().getVersion() < 20;
  }

  /// Whether the answer has begun to leave: its status cannot be changed any more.
  public boolean isCommitted() {
    return response.isCommitted();
  }
}
