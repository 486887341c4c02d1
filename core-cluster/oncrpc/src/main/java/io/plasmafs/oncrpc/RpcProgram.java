package io.plasmafs.oncrpc;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrVoid;

/// One version of a program with its procedures, ready to be served. Procedure 0, which does
/// nothing, is always there. Immutable.
public final class RpcProgram {
  private final RpcProgramVersion id;
  private final Map<Integer, Procedure<?>> procedures;

  private RpcProgram(Builder builder) {
    this.id = builder.id;
    this.procedures = Map.copyOf(builder.procedures);
  }

  /// Begins a program.
  public static Builder of(RpcProgramVersion id) {
    return new Builder(id);
  }

  /// Which program it is.
  public RpcProgramVersion id() {
    return id;
  }

  Optional<Procedure<?>> procedure(int number) {
    return Optional.ofNullable(procedures.get(number));
  }

  record Procedure<A extends XdrAble>(String name, Supplier<A> arguments, RpcHandler<A> handler) {}

  /// Collects procedures.
  public static final class Builder {
    private final RpcProgramVersion id;
    private final Map<Integer, Procedure<?>> procedures = new HashMap<>();

    private Builder(RpcProgramVersion id) {
      this.id = id;
      procedure(0, "NULL", (call, reply) -> reply.success());
    }

    /// Adds a procedure.
    ///
    /// @param arguments makes an empty value, which is then decoded
    /// @throws IllegalArgumentException if there is one with this number
    public <A extends XdrAble> Builder procedure(
        int number, String name, Supplier<A> arguments, RpcHandler<A> handler) {
      if (procedures.putIfAbsent(number, new Procedure<>(name, arguments, handler)) != null) {
        throw new IllegalArgumentException(
            id + " has two procedures " + Integer.toUnsignedString(number));
      }
      return this;
    }

    /// Adds a procedure without arguments.
    public Builder procedure(int number, String name, NoArgumentHandler handler) {
      return procedure(
          number,
          name,
          () -> XdrVoid.XDR_VOID,
          (nothing, call, reply) -> handler.handle(call, reply));
    }

    /// The program as it is now.
    public RpcProgram build() {
      return new RpcProgram(this);
    }
  }

  /// Executes a procedure that has no arguments, like [RpcHandler].
  @FunctionalInterface
  public interface NoArgumentHandler {
    /// Begins to execute a call.
    void handle(RpcCall call, ReplySink reply);
  }
}
