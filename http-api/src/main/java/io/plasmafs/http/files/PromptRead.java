package io.plasmafs.http.files;

import io.plasmafs.client.Namespace;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.http.exchange.PromptHandler;
import io.plasmafs.model.operation.Answer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// GET and HEAD of committed files, answered promptly where the content came with the attributes.
public final class PromptRead implements PromptHandler {
  private final Namespace committed;
  private final FileSender files;
  private final Handler reads;

  /// @param committed the filesystem itself
  /// @param reads answers what cannot be answered promptly
  public PromptRead(Namespace committed, FileSender files, Handler reads) {
    this.committed = committed;
    this.files = files;
    this.reads = reads;
  }

  @Override
  public Optional<CompletableFuture<Answer>> ask(Exchange exchange) {
    return FilePath.meansDirectory(exchange)
        ? Optional.empty()
        : Optional.of(committed.submit(FileSender.question(FilePath.of(exchange))));
  }

  @Override
  public boolean answer(Exchange exchange, Answer answer) throws Exception {
    return files.sendAtOnce(exchange, FilePath.of(exchange), answer);
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    reads.handle(exchange);
  }
}
