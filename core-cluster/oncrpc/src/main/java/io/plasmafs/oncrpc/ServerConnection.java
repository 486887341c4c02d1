package io.plasmafs.oncrpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.plasmafs.oncrpc.xdr.EncodedMessage;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.acplt.oncrpc.XdrAble;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection at the server: cuts records, answers what is wrong with them, gives the rest to the
/// handlers, and writes the replies in whatever order they come.
///
/// Reading stops, and the peer feels it, while any of these holds; it goes on when none does:
///
/// | reason | ends when |
/// |---|---|
/// | too many calls, or too many bytes of them, in flight | handlers answer |
/// | too many bytes of replies undelivered | the peer takes them |
/// | the server as a whole holds too many bytes | other connections give some back |
///
/// All state belongs to the event loop, unless said otherwise.
final class ServerConnection extends ChannelInboundHandlerAdapter
    implements RpcConnection, RecordAssembler.Sink {
  private static final Logger log = LoggerFactory.getLogger(ServerConnection.class);
  private static final int RATE_BYTES_PER_SECOND = 64 * 1024;

  /// Memory of a long record is at most so many times what has arrived of it.
  private static final int TRUST = 16;

  private static final int MIN_HEADER_BYTES = 12;
  private static final long OVERLOAD_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final RpcServer server;
  private final RpcLimits limits;
  private final Channel channel;
  private final ByteBufAllocator allocator;
  private final String peer;
  // Attributes and the outbox are used by any thread.
  private final Map<Key<?>, Object> attributes = new ConcurrentHashMap<>();
  private final FlushGate flush;
  private final Outbox<Reply> outbox;

  private final RecordAssembler assembler;
  private final ArrayDeque<ByteBuf> backlog = new ArrayDeque<>();
  private boolean feeding;

  /// Whether handlers were given calls since the last burst ended.
  private boolean handed;

  private boolean paused;
  private int callsInFlight;
  private long bytesInFlight;
  private int partialBytes;
  private int partialMemory;
  private long recordBegan;

  /// When bytes of the record that is not complete came last.
  private long partialGrew;

  private long lastActive;
  private long unwritableSince;
  private long lastUndelivered = Long.MAX_VALUE;
  private @Nullable Call oldest;
  private @Nullable Call newest;

  private record Reply(Call call, EncodedMessage message) {}

  ServerConnection(RpcServer server, Channel channel, RecordMemory memory) {
    this.server = server;
    this.limits = server.limits();
    this.channel = channel;
    this.allocator = channel.alloc();
    this.peer = Addresses.peer(channel);
    this.assembler = new RecordAssembler(allocator, memory, this::suffices, limits, this);
    channel.config().setRecvByteBufAllocator(new ReceiveBuffers(this::room));
    this.flush = new FlushGate(channel);
    this.outbox =
        new Outbox<>(
            channel.eventLoop(),
            reply -> deliver(reply.call, reply.message),
            flush,
            reply -> reply.message.release());
    this.lastActive = System.nanoTime();
  }

  // --- what arrives

  @Override
  public void channelActive(ChannelHandlerContext context) {
    scheduleInspection();
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    flush.readBegins();
    backlog.add((ByteBuf) message);
    feed();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    try {
      endBurst();
    } finally {
      flush.readEnds();
    }
  }

  /// Whether memory for all of a record is taken: if a part of it is here, and the server, whose
  /// other peers may be about to do the same, has room for it.
  private boolean suffices(int recordBytes, int arrived) {
    return arrived >= recordBytes / TRUST && server.hasRoom(recordBytes - arrived);
  }

  /// What was read before has to be fed before anything is read straight into a record.
  private Optional<ByteBuf> room() {
    return paused || !backlog.isEmpty() || isOverloaded() ? Optional.empty() : assembler.room();
  }

  /// A record that has its memory is received to its end: that takes no more, and gives it back.
  private boolean isOverloaded() {
    return server.isOverloaded() && !assembler.hasMemory();
  }

  /// Whether the server holds too much, and part of it is a record of this connection that could
  /// not go on for so long, or has its memory and does not come to its end.
  private boolean isInTheWay(long now, long patienceNanos) {
    if (partialBytes == 0 || recordBegan == 0 || !server.isOverloaded()) {
      return false;
    }
    return assembler.hasMemory()
        ? !paused && now - partialGrew > patienceNanos
        : now - recordBegan > patienceNanos;
  }

  private void feed() {
    if (feeding || paused) {
      return;
    }
    feeding = true;
    try {
      while (!paused && channel.isActive()) {
        ByteBuf next = backlog.peek();
        if (next == null) {
          break;
        }
        assembler.feed(next);
        if (!next.isReadable()) {
          backlog.remove();
          next.release();
        }
      }
    } catch (RecordAssembler.BadRecord e) {
      drop(e.reason());
    } finally {
      feeding = false;
    }
    chargePartial();
  }

  private void endBurst() {
    if (handed) {
      handed = false;
      server.afterBurst().run();
    }
  }

  /// Accounts for the bytes of the record that is not complete, and remembers when it began.
  private void chargePartial() {
    int held = assembler.bytesHeld();
    if (partialBytes == 0 && !assembler.isInside()) {
      recordBegan = 0;
      return;
    }
    if (recordBegan == 0) {
      recordBegan = System.nanoTime();
    }
    int memory = assembler.memoryHeld();
    server.charge(memory - partialMemory);
    partialMemory = memory;
    if (held != partialBytes) {
      partialBytes = held;
      partialGrew = System.nanoTime();
    }
    if (!assembler.isInside()) {
      recordBegan = 0;
    } else if (held > 0 && isOverloaded()) {
      pause();
    }
  }

  @Override
  public boolean record(ByteBuf record) {
    recordBegan = 0;
    dispatch(record);
    if (mustPause()) {
      pause();
    }
    return !paused;
  }

  private boolean mustPause() {
    return callsInFlight >= limits.maxCallsInFlight()
        || bytesInFlight >= maxBytesInFlight()
        || !channel.isWritable()
        || isOverloaded();
  }

  /// The limit of a connection, or, of many connections, its part of half of what the server may
  /// hold: one record more than this can be let through.
  private long maxBytesInFlight() {
    return Math.min(
        limits.maxBytesInFlight(),
        limits.maxReceivedBytes() / 2 / Math.max(1, server.connections()));
  }

  private void pause() {
    paused = true;
    channel.config().setAutoRead(false);
  }

  private void resumeIfPossible() {
    if (!paused
        || callsInFlight > limits.maxCallsInFlight() / 4 * 3
        || bytesInFlight > maxBytesInFlight() / 4 * 3
        || !channel.isWritable()
        || isOverloaded()) {
      return;
    }
    paused = false;
    recordBegan = assembler.isInside() ? System.nanoTime() : 0;
    feed();
    if (handed) {
      // not from within: whoever answers has led here
      channel.eventLoop().execute(this::endBurst);
    }
    if (!paused) {
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      unwritableSince = 0;
      resumeIfPossible();
    } else {
      unwritableSince = System.nanoTime();
      pause();
    }
  }

  // --- calls

  private void dispatch(ByteBuf record) {
    lastActive = System.nanoTime();
    try {
      parse(record);
    } catch (XdrException e) {
      drop("its record is no call: " + e.getMessage());
    } finally {
      record.release(); // bulk data in the arguments keeps what it needs
    }
  }

  private void parse(ByteBuf record) throws XdrException {
    int bytes = record.readableBytes();
    NettyXdrDecodingStream in = new NettyXdrDecodingStream(record);
    if (bytes < MIN_HEADER_BYTES) {
      throw new XdrException("it has " + bytes + " bytes");
    }
    int xid = in.readInt("xid");
    int type = in.readInt("message type");
    if (type != RpcMessage.CALL) {
      throw new XdrException("its type is " + type);
    }
    int rpcVersion = in.readInt("RPC version");
    if (rpcVersion != RpcMessage.RPC_VERSION) {
      answer(RpcMessage.rpcMismatch(allocator, xid));
      return;
    }
    int program = in.readInt("program");
    int version = in.readInt("version");
    int procedure = in.readInt("procedure");
    Credentials credentials;
    Authenticator.Verdict bad = Authenticator.Verdict.BAD_CREDENTIALS;
    try {
      int flavour = in.readInt("flavour");
      byte[] body = in.readOpaque("credentials", Credentials.MAX_BYTES);
      credentials = Credentials.decode(flavour, body);
      bad = Authenticator.Verdict.BAD_VERIFIER;
      in.readInt("verifier flavour");
      in.readOpaque("verifier", Credentials.MAX_BYTES);
    } catch (XdrException e) {
      log.debug("{} sent bad authentication: {}", peer, e.getMessage());
      answer(RpcMessage.authError(allocator, xid, bad));
      return;
    }
    Call call = new Call(xid, program, version, procedure, credentials, in, bytes);
    Authenticator.Verdict verdict = server.authenticator().check(call);
    if (verdict != Authenticator.Verdict.ACCEPTED) {
      answer(RpcMessage.authError(allocator, xid, verdict));
      return;
    }
    begin(call);
  }

  private void begin(Call call) {
    RpcServer.Versions versions = server.versions(call.program);
    if (versions == null) {
      answer(RpcMessage.failure(allocator, call.xid, RpcMessage.PROG_UNAVAIL));
      return;
    }
    RpcProgram program = versions.byNumber().get(call.version);
    if (program == null) {
      answer(
          RpcMessage.programMismatch(allocator, call.xid, versions.lowest(), versions.highest()));
      return;
    }
    Optional<RpcProgram.Procedure<?>> procedure = program.procedure(call.procedure);
    if (procedure.isEmpty()) {
      answer(RpcMessage.failure(allocator, call.xid, RpcMessage.PROC_UNAVAIL));
      return;
    }
    run(program, procedure.get(), call);
  }

  private <A extends XdrAble> void run(
      RpcProgram program, RpcProgram.Procedure<A> procedure, Call call) {
    A arguments = procedure.arguments().get();
    try {
      RpcMessage.decode(call.in, arguments);
    } catch (XdrException e) {
      log.debug(
          "{} sent bad arguments to {} {}: {}",
          peer,
          program.id(),
          procedure.name(),
          e.getMessage());
      answer(RpcMessage.failure(allocator, call.xid, RpcMessage.GARBAGE_ARGS));
      return;
    }
    call.name = procedure.name();
    enlist(call);
    handed = true;
    try {
      procedure.handler().handle(arguments, call, call);
    } catch (Throwable e) {
      call.fail(e);
    }
  }

  private void enlist(Call call) {
    callsInFlight++;
    bytesInFlight += call.bytes;
    server.charge(call.bytes);
    call.older = newest;
    if (newest == null) {
      oldest = call;
    } else {
      newest.younger = call;
    }
    newest = call;
  }

  private void delist(Call call) {
    if (!call.listed) {
      return;
    }
    call.listed = false;
    callsInFlight--;
    bytesInFlight -= call.bytes;
    server.charge(-call.bytes);
    if (call.older == null) {
      oldest = call.younger;
    } else {
      call.older.younger = call.younger;
    }
    if (call.younger == null) {
      newest = call.older;
    } else {
      call.younger.older = call.older;
    }
    call.older = null;
    call.younger = null;
  }

  // --- replies

  private void answer(EncodedMessage message) {
    message.writeTo(channel, channel.voidPromise());
    flush.request();
  }

  private void deliver(Call call, EncodedMessage message) {
    delist(call);
    if (channel.isActive()) {
      message.writeTo(channel, channel.voidPromise());
    } else {
      message.release();
    }
    resumeIfPossible();
  }

  // --- time

  private void scheduleInspection() {
    long millis = 1000;
    for (Duration timeout :
        List.of(limits.idleTimeout(), limits.recordTimeout(), limits.replyTimeout())) {
      if (!timeout.isZero()) {
        millis = Math.min(millis, Math.max(10, timeout.toMillis() / 4));
      }
    }
    channel.eventLoop().schedule(this::inspect, millis, TimeUnit.MILLISECONDS);
  }

  private void inspect() {
    if (!channel.isActive()) {
      return;
    }
    long now = System.nanoTime();
    long recordNanos = limits.recordTimeout().toNanos();
    long idleNanos = limits.idleTimeout().toNanos();
    long replyNanos = limits.replyTimeout().toNanos();
    resumeIfPossible();
    if (recordNanos > 0 && recordBegan != 0 && !paused) {
      long grace = TimeUnit.SECONDS.toNanos(partialBytes) / RATE_BYTES_PER_SECOND;
      if (now - recordBegan > recordNanos + grace) {
        drop("a record has not been completed, " + partialBytes + " bytes of it have come");
        return;
      }
    }
    if (isInTheWay(now, recordNanos > 0 ? recordNanos / 4 : OVERLOAD_NANOS)) {
      drop("the server holds too many bytes, " + partialBytes + " of them of an unfinished record");
      return;
    }
    if (recordNanos > 0 && unwritableSince != 0 && now - unwritableSince > recordNanos) {
      long waiting = channel.bytesBeforeWritable();
      if (waiting >= lastUndelivered) {
        drop("it does not take its replies");
        return;
      }
      lastUndelivered = waiting;
      unwritableSince = now;
    } else if (unwritableSince == 0) {
      lastUndelivered = Long.MAX_VALUE;
    }
    if (idleNanos > 0
        && callsInFlight == 0
        && recordBegan == 0
        && unwritableSince == 0
        && now - lastActive > idleNanos) {
      log.debug("{} is idle, closing", peer);
      channel.close();
      return;
    }
    for (Call call = oldest;
        replyNanos > 0 && call != null && now - call.began > replyNanos;
        call = oldest) {
      call.overdue();
    }
    scheduleInspection();
  }

  // --- the end

  private void drop(String reason) {
    log.info("Closing the connection of {}: {}", peer, reason);
    channel.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    assembler.release();
    backlog.forEach(ByteBuf::release);
    backlog.clear();
    server.charge(-partialMemory);
    partialMemory = 0;
    partialBytes = 0;
    for (Call call = oldest; call != null; call = oldest) {
      delist(call); // its handler may still be busy with the arguments, and answers into the void
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("Connection of {} failed: {}", peer, Addresses.reason(cause));
    } else {
      log.error("Connection of {} failed", peer, cause);
    }
    context.close();
  }

  // --- RpcConnection

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public SocketAddress localAddress() {
    return Addresses.of(channel.localAddress());
  }

  @Override
  public boolean isLocal() {
    return Addresses.isLocal(channel);
  }

  @Override
  public Optional<UnixPeer> unixPeer() {
    if (channel instanceof EpollDomainSocketChannel unix) {
      try {
        PeerCredentials credentials = unix.peerCredentials();
        int[] gids = credentials.gids();
        return Optional.of(
            new UnixPeer(credentials.pid(), credentials.uid(), gids.length == 0 ? -1 : gids[0]));
      } catch (IOException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  public <T> T attribute(Key<T> key, Supplier<T> first) {
    return key.type().cast(attributes.computeIfAbsent(key, k -> first.get()));
  }

  @Override
  public void onClose(Runnable action) {
    channel.closeFuture().addListener(closed -> action.run());
  }

  @Override
  public boolean isOpen() {
    return channel.isActive();
  }

  @Override
  public void close() {
    channel.close();
  }

  @Override
  public String toString() {
    return peer;
  }

  /// A call and its answer. The state is changed by any thread:
  ///
  /// | state | meaning | left by |
  /// |---|---|---|
  /// | OPEN | the handler owes the answer | an answer; the time limit |
  /// | OVERDUE | answered for the handler, who may still use the arguments | the handler's answer, which is dropped |
  /// | DONE | the handler has answered, the arguments are released | nothing |
  private final class Call implements RpcCall, ReplySink {
    private static final int OPEN = 0;
    private static final int OVERDUE = 1;
    private static final int DONE = 2;

    private final int xid;
    private final int program;
    private final int version;
    private final int procedure;
    private final Credentials credentials;
    private final NettyXdrDecodingStream in;
    private final int bytes;
    private final long began = System.nanoTime();
    private final AtomicInteger state = new AtomicInteger(OPEN);
    private String name = "";

    // of the event loop
    private boolean listed = true;
    private @Nullable Call older;
    private @Nullable Call younger;

    Call(
        int xid,
        int program,
        int version,
        int procedure,
        Credentials credentials,
        NettyXdrDecodingStream in,
        int bytes) {
      this.xid = xid;
      this.program = program;
      this.version = version;
      this.procedure = procedure;
      this.credentials = credentials;
      this.in = in;
      this.bytes = bytes;
    }

    @Override
    public void success(XdrAble result) {
      succeed(result);
    }

    @Override
    public void success() {
      succeed(null);
    }

    private void succeed(@Nullable XdrAble result) {
      requireOpen();
      EncodedMessage message;
      try {
        message = RpcMessage.success(allocator, xid, result, limits.maxRecordBytes());
      } catch (XdrException e) {
        log.error("Cannot encode the result of {}", this, e);
        message = RpcMessage.failure(allocator, xid, RpcMessage.SYSTEM_ERR);
      }
      finish(message);
    }

    @Override
    public void garbageArguments() {
      requireOpen();
      finish(RpcMessage.failure(allocator, xid, RpcMessage.GARBAGE_ARGS));
    }

    @Override
    public void systemError(Throwable cause) {
      requireOpen();
      log.error("{} failed", this, cause);
      finish(RpcMessage.failure(allocator, xid, RpcMessage.SYSTEM_ERR));
    }

    /// The handler has thrown, perhaps after it had answered.
    void fail(Throwable cause) {
      if (state.get() == DONE) {
        log.error("{} failed after it had answered", this, cause);
      } else {
        systemError(cause);
      }
    }

    private void requireOpen() {
      if (state.get() == DONE) {
        throw new IllegalStateException(this + " has been answered already");
      }
    }

    private void finish(EncodedMessage message) {
      int before = state.getAndSet(DONE);
      if (before == DONE) {
        message.release();
        throw new IllegalStateException(this + " has been answered already");
      }
      in.releaseBulk();
      if (before == OVERDUE) {
        message.release();
      } else {
        outbox.send(new Reply(this, message));
      }
    }

    /// The time limit has passed. On the event loop.
    void overdue() {
      if (!state.compareAndSet(OPEN, OVERDUE)) {
        delist(this); // answered this moment, the reply is on its way
        return;
      }
      log.error(
          "{} was not answered within {}: it hangs, or was forgotten", this, limits.replyTimeout());
      deliver(this, RpcMessage.failure(allocator, xid, RpcMessage.SYSTEM_ERR));
      flush.request();
    }

    @Override
    public RpcConnection connection() {
      return ServerConnection.this;
    }

    @Override
    public Credentials credentials() {
      return credentials;
    }

    @Override
    public int xid() {
      return xid;
    }

    @Override
    public int program() {
      return program;
    }

    @Override
    public int version() {
      return version;
    }

    @Override
    public int procedure() {
      return procedure;
    }

    @Override
    public int bytes() {
      return bytes;
    }

    @Override
    public String toString() {
      return "Call "
          + Integer.toUnsignedString(xid)
          + " of "
          + peer
          + " to "
          + server.name(program, version)
          + " "
          + name;
    }
  }
}
