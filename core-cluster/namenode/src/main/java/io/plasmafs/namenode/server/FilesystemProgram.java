package io.plasmafs.namenode.server;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcCall;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.protocol.AnswerMessage;
import io.plasmafs.protocol.CompoundMessage;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.StatusMessage;
import io.plasmafs.protocol.xdr.commit_args;
import io.plasmafs.protocol.xdr.commit_outcome_result;
import io.plasmafs.protocol.xdr.fs_principal;
import java.util.List;
import java.util.Optional;

/// FILESYSTEM: transactions. A connection is a session of the engine.
///
/// Compounds are only queued here; the server lends its event loop to the engine after each burst
/// of calls ([Engine#lend]). Answers are encoded by whoever works for the engine: of the usual size
/// they cost less than handing them over would.
public final class FilesystemProgram {
  private final Engine engine;

  /// Hands everything to the engine.
  public FilesystemProgram(Engine engine) {
    this.engine = engine;
  }

  /// The program, to be served.
  public RpcProgram program() {
    return RpcProgram.of(Programs.FILESYSTEM)
        .procedure(Programs.Filesystem.COMPOUND, "COMPOUND", CompoundMessage::new, this::compound)
        .procedure(
            Programs.Filesystem.COMMIT_OUTCOME,
            "COMMIT_OUTCOME",
            commit_args::new,
            this::commitOutcome)
        .procedure(
            Programs.Filesystem.SET_PRINCIPAL,
            "SET_PRINCIPAL",
            fs_principal::new,
            this::setPrincipal)
        .build();
  }

  private void compound(CompoundMessage message, RpcCall call, ReplySink reply) {
    Optional<Answer> refusal = message.refusal();
    if (refusal.isPresent()) {
      reply.success(new AnswerMessage(refusal.get()));
      return;
    }
    ClientConnection client = ClientConnection.of(call.connection(), engine);
    if (client.isAnonymous(message.compound())) {
      reply.success(new AnswerMessage(anonymous()));
      return;
    }
    engine.queue(
        client.session(), message.compound(), answer -> reply.success(new AnswerMessage(answer)));
  }

  private static Answer anonymous() {
    FsException cause =
        new FsException(
            FsStatus.EACCES,
            "nobody has said who acts on this connection: call SET_PRINCIPAL, or name the principal"
                + " in OP_BEGIN");
    return new Answer(List.of(), Optional.of(new Answer.Failure(-1, cause)), 0);
  }

  private void commitOutcome(commit_args arguments, RpcCall call, ReplySink reply) {
    Optional<CommitToken> token;
    try {
      token = Conversion.toModel(arguments);
    } catch (FsException e) {
      token = Optional.empty();
    }
    if (token.isEmpty()) {
      reply.success(outcome(FsStatus.EINVAL, 0, 0));
      return;
    }
    engine.outcomeOf(
        token.get(),
        state -> reply.success(outcome(FsStatus.OK, state.stage().code(), state.sequence())));
  }

  private static commit_outcome_result outcome(FsStatus status, int state, long sequence) {
    commit_outcome_result result = new commit_outcome_result();
    result.status = status.code();
    result.state = state;
    result.sequence = sequence;
    return result;
  }

  private void setPrincipal(fs_principal arguments, RpcCall call, ReplySink reply) {
    Principal principal;
    try {
      principal = Conversion.toModel(arguments);
    } catch (FsException e) {
      reply.success(new StatusMessage(e.status()));
      return;
    }
    ClientConnection.of(call.connection(), engine).setPrincipal(principal);
    reply.success(new StatusMessage(FsStatus.OK));
  }
}
