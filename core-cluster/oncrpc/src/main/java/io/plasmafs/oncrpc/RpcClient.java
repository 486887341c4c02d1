package io.plasmafs.oncrpc;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.collection.IntObjectHashMap;
import io.plasmafs.oncrpc.xdr.EncodedMessage;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrVoid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection to a server, on which many calls can be under way; their answers come in any order.
///
/// Safe for use by several threads. Arguments are encoded by the thread that calls. Results are
/// decoded, and futures completed, on the event loop: what depends on a future directly must not
/// block. Callers that want to block do so on virtual threads, with `join()`.
///
/// A connection that has ended is not made again: see [#closed].
public final class RpcClient implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RpcClient.class);

  /// A server that was called may have us take the memory of its whole answer at once.
  private static final RecordAssembler.Trust TRUST = (recordBytes, arrived) -> true;

  private final Channel channel;
  private final String peer;
  private final RpcLimits limits;
  private final CallOptions options;
  private final byte[] defaultCredentials;
  private final AtomicInteger nextXid = new AtomicInteger();
  private final AtomicInteger callsInFlight = new AtomicInteger();
  private final AtomicLong bytesInFlight = new AtomicLong();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final FlushGate flush;
  private final Outbox<PendingCall<?>> outbox;

  // Of the event loop.
  private final IntObjectHashMap<PendingCall<?>> pending = new IntObjectHashMap<>();
  private final CallTimer timer;
  private @Nullable RpcException lost;
  private @Nullable String reason;

  private RpcClient(
      Channel channel, SocketAddress address, RpcLimits limits, Credentials credentials) {
    this.channel = channel;
    this.peer = Addresses.describe(address);
    this.limits = limits;
    this.options = new CallOptions(limits.callTimeout(), credentials);
    this.defaultCredentials = credentials.body();
    this.flush = new FlushGate(channel);
    this.timer = new CallTimer(channel.eventLoop(), this::expire);
    this.outbox = new Outbox<>(channel.eventLoop(), this::write, flush, this::failUnsent);
  }

  /// Connects.
  ///
  /// @param address of type `InetSocketAddress`, resolved or not, or `UnixDomainSocketAddress`
  /// @param credentials of all calls that do not say otherwise
  /// @return fails with [RpcException.Kind#NOT_CONNECTED]
  public static CompletableFuture<RpcClient> connect(
      RpcTransport transport, SocketAddress address, RpcLimits limits, Credentials credentials) {
    CompletableFuture<RpcClient> result = new CompletableFuture<>();
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      // Name services may take seconds: never on an event loop.
      Thread.ofVirtual()
          .name("resolve " + inet.getHostString())
          .start(() -> {
            try {
              InetAddress found = InetAddress.getByName(inet.getHostString());
              open(
                  transport,
                  new InetSocketAddress(found, inet.getPort()),
                  limits,
                  credentials,
                  result);
            } catch (UnknownHostException e) {
              result.completeExceptionally(notConnected(address, e));
            }
          });
    } else {
      open(transport, address, limits, credentials, result);
    }
    return result;
  }

  private static void open(
      RpcTransport transport,
      SocketAddress address,
      RpcLimits limits,
      Credentials credentials,
      CompletableFuture<RpcClient> result) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(transport.loops())
            .channelFactory(transport.channels(address))
            .option(ChannelOption.ALLOCATOR, transport.allocator())
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(Integer.MAX_VALUE, limits.connectTimeout().toMillis()))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    // TLS goes here: an SslHandler in front of the connection.
                    RpcClient client = new RpcClient(channel, address, limits, credentials);
                    channel.pipeline().addLast(client.new Connection(transport.recordMemory()));
                  }
                });
    if (address instanceof InetSocketAddress) {
      bootstrap.option(ChannelOption.TCP_NODELAY, true).option(ChannelOption.SO_KEEPALIVE, true);
    } else {
      bootstrap.option(ChannelOption.SO_SNDBUF, RpcTransport.UNIX_BUFFER_BYTES);
    }
    ChannelFuture connecting;
    try {
      connecting = bootstrap.connect(transport.channelAddress(address));
    } catch (RejectedExecutionException | IllegalStateException e) {
      result.completeExceptionally(notConnected(address, e));
      return;
    }
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        result.completeExceptionally(notConnected(address, done.cause()));
        return;
      }
      RpcClient client = connecting.channel().pipeline().get(Connection.class).client();
      if (!result.complete(client)) {
        client.close(); // the caller has given up
      }
    });
  }

  /// An address as messages show it: `host:port`, or `unix:` and a path.
  public static String describe(SocketAddress address) {
    return Addresses.describe(address);
  }

  private static RpcException notConnected(SocketAddress address, Throwable cause) {
    return new RpcException(
        RpcException.Kind.NOT_CONNECTED,
        "Cannot connect to " + Addresses.describe(address) + ": " + Addresses.reason(cause),
        cause);
  }

  /// Calls a procedure with the client's credentials and time-out.
  ///
  /// @param arguments may be used again when this returns; bulk data in it stays the caller's
  /// @param result makes an empty result, which is then decoded; bulk data in it belongs to whoever
  ///   gets the future's value
  /// @return fails with [RpcException] only
  public <T extends XdrAble> CompletableFuture<T> call(
      RpcProgramVersion program, int procedure, XdrAble arguments, Supplier<T> result) {
    return call(program, procedure, arguments, result, options, defaultCredentials);
  }

  /// Calls a procedure that has no arguments.
  public <T extends XdrAble> CompletableFuture<T> call(
      RpcProgramVersion program, int procedure, Supplier<T> result) {
    return call(program, procedure, XdrVoid.XDR_VOID, result);
  }

  /// Calls a procedure in a way of its own.
  public <T extends XdrAble> CompletableFuture<T> call(
      RpcProgramVersion program,
      int procedure,
      XdrAble arguments,
      Supplier<T> result,
      CallOptions options) {
    byte[] body =
        options.credentials().equals(this.options.credentials())
            ? defaultCredentials
            : options.credentials().body();
    return call(program, procedure, arguments, result, options, body);
  }

  private <T extends XdrAble> CompletableFuture<T> call(
      RpcProgramVersion program,
      int procedure,
      XdrAble arguments,
      Supplier<T> result,
      CallOptions options,
      byte[] credentials) {
    if (callsInFlight.incrementAndGet() > limits.maxCallsInFlight()) {
      callsInFlight.decrementAndGet();
      return CompletableFuture.failedFuture(
          busy(program, procedure, limits.maxCallsInFlight() + " calls"));
    }
    int xid = nextXid.incrementAndGet();
    EncodedMessage message;
    try {
      message =
          RpcMessage.call(
              channel.alloc(),
              xid,
              program,
              procedure,
              options.credentials().flavour(),
              credentials,
              arguments,
              limits.maxRecordBytes());
    } catch (XdrException e) {
      callsInFlight.decrementAndGet();
      return CompletableFuture.failedFuture(
          new RpcException(
              RpcException.Kind.CANNOT_ENCODE,
              "Cannot encode the arguments of "
                  + describe(program, procedure)
                  + ": "
                  + e.getMessage(),
              e));
    }
    long before = bytesInFlight.getAndAdd(message.bytes());
    if (before > 0 && before + message.bytes() > limits.maxBytesInFlight()) {
      bytesInFlight.addAndGet(-message.bytes());
      callsInFlight.decrementAndGet();
      message.release();
      return CompletableFuture.failedFuture(
          busy(program, procedure, limits.maxBytesInFlight() + " bytes"));
    }
    PendingCall<T> call =
        new PendingCall<>(
            this,
            xid,
            program,
            procedure,
            result,
            System.nanoTime() + options.timeout().toNanos(),
            message);
    outbox.send(call);
    return call;
  }

  private RpcException busy(RpcProgramVersion program, int procedure, String what) {
    return new RpcException(
        RpcException.Kind.BUSY,
        "Cannot call "
            + describe(program, procedure)
            + ": already "
            + what
            + " are in flight, wait for answers first");
  }

  private String describe(RpcProgramVersion program, int procedure) {
    return program + " procedure " + Integer.toUnsignedString(procedure) + " at " + peer;
  }

  /// Completes when the connection has ended, for whatever reason.
  public CompletionStage<Void> closed() {
    return closed.minimalCompletionStage();
  }

  /// Whether the connection still stands.
  public boolean isOpen() {
    return channel.isActive();
  }

  /// The server's address, for messages.
  public String peer() {
    return peer;
  }

  /// The options of calls that do not say otherwise.
  public CallOptions options() {
    return options;
  }

  /// Number of calls without an answer.
  public int callsInFlight() {
    return callsInFlight.get();
  }

  /// Ends the connection; calls under way fail with [RpcException.Kind#CONNECTION_LOST]. Does not
  /// wait: see [#closed].
  @Override
  public void close() {
    channel.close();
  }

  // --- on the event loop

  private void write(PendingCall<?> call) {
    if (lost != null) {
      failUnsent(call);
      return;
    }
    if (call.isDone()) {
      call.message().release();
      settle(call);
      return;
    }
    pending.put(call.xid, call);
    timer.add(call);
    call.message().writeTo(channel, channel.voidPromise());
  }

  /// On any thread, if the event loop has ended.
  private void failUnsent(PendingCall<?> call) {
    call.message().release();
    settle(call);
    call.completeExceptionally(
        new RpcException(
            RpcException.Kind.NOT_CONNECTED,
            "Cannot call " + describe(call.program, call.procedure) + ": the connection has ended",
            lost));
  }

  private void settle(PendingCall<?> call) {
    callsInFlight.decrementAndGet();
    bytesInFlight.addAndGet(-call.bytes);
  }

  private void expire(PendingCall<?> call) {
    pending.remove(call.xid);
    settle(call);
    call.completeExceptionally(
        new RpcException(
            RpcException.Kind.TIMEOUT,
            "No answer in time from " + describe(call.program, call.procedure)));
  }

  /// The caller has cancelled. On any thread.
  void forget(PendingCall<?> call) {
    try {
      channel
          .eventLoop()
          .execute(() -> {
            if (pending.remove(call.xid, call)) {
              timer.remove(call);
              settle(call);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("{} was cancelled after the end of its event loop", call);
    }
  }

  private void reply(ByteBuf record) {
    NettyXdrDecodingStream in = new NettyXdrDecodingStream(record);
    try {
      int xid = in.readInt("xid");
      int type = in.readInt("message type");
      if (type != RpcMessage.REPLY) {
        throw new XdrException("its type is " + type);
      }
      PendingCall<?> call = pending.remove(xid);
      if (call != null) {
        timer.remove(call);
        settle(call);
        answer(call, in);
      } // otherwise the answer to a call that was given up
    } catch (XdrException e) {
      drop("Its record is no reply: " + e.getMessage());
    } finally {
      record.release();
    }
  }

  private <T extends XdrAble> void answer(PendingCall<T> call, NettyXdrDecodingStream in) {
    RpcException failure;
    try {
      failure = readHeader(call, in);
      if (failure == null) {
        if (call.isDone()) {
          return;
        }
        T result = call.result.get();
        RpcMessage.decode(in, result);
        if (call.complete(result)) {
          in.keepBulk();
        } else {
          in.releaseBulk();
        }
        return;
      }
    } catch (XdrException | RuntimeException e) {
      failure =
          new RpcException(
              RpcException.Kind.CANNOT_DECODE,
              "Cannot decode the answer of "
                  + describe(call.program, call.procedure)
                  + ": "
                  + e.getMessage(),
              e);
    }
    call.completeExceptionally(failure);
  }

  /// @return why there is no result, null if there is one
  private @Nullable RpcException readHeader(PendingCall<?> call, NettyXdrDecodingStream in)
      throws XdrException {
    int replyStatus = in.readInt("reply status");
    if (replyStatus == RpcMessage.MSG_ACCEPTED) {
      in.readInt("verifier flavour");
      in.readOpaque("verifier", Credentials.MAX_BYTES);
      int status = in.readInt("accept status");
      return switch (status) {
        case RpcMessage.SUCCESS -> null;
        case RpcMessage.PROG_UNAVAIL ->
            refused(call, RpcException.Kind.PROGRAM_UNAVAILABLE, "there is no such program");
        case RpcMessage.PROG_MISMATCH ->
            refused(
                call,
                RpcException.Kind.PROGRAM_MISMATCH,
                "there are only versions "
                    + Integer.toUnsignedString(in.readInt("lowest version"))
                    + " to "
                    + Integer.toUnsignedString(in.readInt("highest version")));
        case RpcMessage.PROC_UNAVAIL ->
            refused(call, RpcException.Kind.PROCEDURE_UNAVAILABLE, "there is no such procedure");
        case RpcMessage.GARBAGE_ARGS ->
            refused(
                call, RpcException.Kind.GARBAGE_ARGUMENTS, "the server cannot use the arguments");
        case RpcMessage.SYSTEM_ERR ->
            refused(call, RpcException.Kind.SYSTEM_ERROR, "the server failed, see its log");
        default -> throw new XdrException("accept status is " + status + ", expected 0 to 5");
      };
    }
    if (replyStatus != RpcMessage.MSG_DENIED) {
      throw new XdrException("reply status is " + replyStatus + ", expected 0 or 1");
    }
    int status = in.readInt("reject status");
    return switch (status) {
      case RpcMessage.RPC_MISMATCH ->
          refused(
              call,
              RpcException.Kind.RPC_MISMATCH,
              "the server speaks ONC RPC "
                  + Integer.toUnsignedString(in.readInt("lowest version"))
                  + " to "
                  + Integer.toUnsignedString(in.readInt("highest version")));
      case RpcMessage.AUTH_ERROR ->
          refused(
              call,
              RpcException.Kind.AUTHENTICATION,
              "the server refuses the credentials, status "
                  + Integer.toUnsignedString(in.readInt("authentication status")));
      default -> throw new XdrException("reject status is " + status + ", expected 0 or 1");
    };
  }

  private RpcException refused(PendingCall<?> call, RpcException.Kind kind, String why) {
    return new RpcException(
        kind, "Call of " + describe(call.program, call.procedure) + " was refused: " + why);
  }

  private void drop(String why) {
    reason = why;
    log.warn("Closing the connection to {}: {}", peer, why);
    channel.close();
  }

  private void end() {
    RpcException failure =
        new RpcException(
            RpcException.Kind.CONNECTION_LOST,
            "The connection to " + peer + " has ended" + (reason == null ? "" : ": " + reason));
    lost = failure;
    List<PendingCall<?>> unanswered = new ArrayList<>(pending.values());
    pending.clear();
    for (PendingCall<?> call : unanswered) {
      timer.remove(call);
      settle(call);
      call.completeExceptionally(
          new RpcException(
              RpcException.Kind.CONNECTION_LOST,
              "No answer from "
                  + describe(call.program, call.procedure)
                  + ": "
                  + failure.getMessage(),
              failure));
    }
    closed.complete(null);
  }

  /// The channel's end of the client.
  private final class Connection extends ChannelInboundHandlerAdapter {
    private final RecordAssembler assembler;
    private final LowWater lowWater = new LowWater(channel);
    private long recordBegan;
    private boolean watching;

    Connection(RecordMemory memory) {
      this.assembler =
          new RecordAssembler(
              channel.alloc(),
              memory,
              TRUST,
              limits,
              record -> {
                reply(record);
                return true;
              });
      channel.config().setRecvByteBufAllocator(new ReceiveBuffers(assembler::room));
    }

    RpcClient client() {
      return RpcClient.this;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      flush.readBegins();
      ByteBuf bytes = (ByteBuf) message;
      try {
        int held = assembler.bytesHeld();
        assembler.feed(bytes);
        lowWater.expect(assembler);
        watch(held);
      } catch (RecordAssembler.BadRecord e) {
        drop(e.reason());
      } finally {
        bytes.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      flush.readEnds();
    }

    /// A reply that has begun has to go on.
    private void watch(int heldBefore) {
      if (!assembler.isInside()) {
        recordBegan = 0;
        return;
      }
      if (recordBegan == 0 || assembler.bytesHeld() < heldBefore) {
        recordBegan = System.nanoTime();
      }
      if (!watching && !limits.recordTimeout().isZero()) {
        watching = true;
        inspectLater();
      }
    }

    private void inspectLater() {
      long millis = Math.max(10, limits.recordTimeout().toMillis() / 4);
      channel.eventLoop().schedule(this::inspect, millis, TimeUnit.MILLISECONDS);
    }

    private void inspect() {
      if (!assembler.isInside() || !channel.isActive()) {
        watching = false;
        return;
      }
      if (lowWater.lower()) {
        inspectLater(); // when it is known what has arrived
        return;
      }
      long grace = TimeUnit.SECONDS.toNanos(assembler.bytesHeld()) / (64 * 1024);
      if (System.nanoTime() - recordBegan > limits.recordTimeout().toNanos() + grace) {
        drop("A reply has begun and does not go on");
        return;
      }
      inspectLater();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      assembler.release();
      end();
      context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (cause instanceof IOException) {
        reason = Addresses.reason(cause);
      } else {
        reason = cause.toString();
        log.error("The connection to {} failed", peer, cause);
      }
      context.close();
    }
  }
}
