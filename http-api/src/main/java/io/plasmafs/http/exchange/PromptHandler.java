package io.plasmafs.http.exchange;

import io.plasmafs.model.operation.Answer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// A handler that answers most of its requests without a thread that waits: it asks the cluster on
/// the thread that read the request, and answers on the thread that brings what the cluster says.
/// Neither may ever wait. What is not that simple goes to [Handler#handle] on a thread of its own.
public interface PromptHandler extends Handler {

  /// Asks what the request is about; nothing if it is not simple. May throw what `handle` would.
  Optional<CompletableFuture<Answer>> ask(Exchange exchange);

  /// Answers with what the cluster said, if that is all that it takes.
  ///
  /// @param exchange of [Exchange#collecting]
  /// @return whether it did; if not, or if it threw, [Handler#handle] has to answer, and finds what
  ///   the cluster said in [Exchange#early()]
  boolean answer(Exchange exchange, Answer answer) throws Exception;
}
