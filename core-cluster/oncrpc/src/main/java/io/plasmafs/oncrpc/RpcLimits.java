package io.plasmafs.oncrpc;

import java.time.Duration;

/// What a connection may take of memory and time, at either end. Durations of zero mean: never.
///
/// @param maxRecordBytes longest record, received or sent
/// @param maxFragments most fragments of one record, empty ones included
/// @param maxCallsInFlight most calls of one connection that are not answered. A server stops
///   reading there and goes on when calls are answered; a client fails further calls with
///   [RpcException.Kind#BUSY]
/// @param maxBytesInFlight most bytes of unanswered calls of one connection, with the same effects;
///   one call is always let through. At a server with many connections it is less: together they
///   get half of `maxReceivedBytes`
/// @param maxUndeliveredBytes most bytes of replies that wait for the peer to take them; beyond
///   this the server stops reading
/// @param maxConnections most connections of one server; more are closed at once
/// @param maxReceivedBytes most bytes of unanswered and unfinished calls of all connections of one
///   server together; beyond this it begins no new records, and closes connections that leave a
///   record unfinished
/// @param idleTimeout a server closes a connection without calls after this time
/// @param recordTimeout a record that has begun must be complete after this time, plus one second
///   for every 64 KiB that have arrived of it; undelivered replies must make progress within it
/// @param replyTimeout a handler that has not answered after this time is reported and answered for
/// @param connectTimeout for a client's connection to stand
/// @param callTimeout for a client's call to be answered, unless the call says otherwise
public record RpcLimits(
    int maxRecordBytes,
    int maxFragments,
    int maxCallsInFlight,
    int maxBytesInFlight,
    int maxUndeliveredBytes,
    int maxConnections,
    long maxReceivedBytes,
    Duration idleTimeout,
    Duration recordTimeout,
    Duration replyTimeout,
    Duration connectTimeout,
    Duration callTimeout) {
  private static final RpcLimits DEFAULTS =
      new RpcLimits(
          17 << 20,
          1024,
          16_384,
          256 << 20,
          8 << 20,
          4096,
          512L << 20,
          Duration.ZERO,
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30));

  /// Checks every limit.
  public RpcLimits {
    atLeast("maxRecordBytes", maxRecordBytes, 1024);
    atLeast("maxFragments", maxFragments, 1);
    atLeast("maxCallsInFlight", maxCallsInFlight, 1);
    atLeast("maxBytesInFlight", maxBytesInFlight, 1024);
    atLeast("maxUndeliveredBytes", maxUndeliveredBytes, 1024);
    atLeast("maxConnections", maxConnections, 1);
    atLeast("maxReceivedBytes", maxReceivedBytes, maxRecordBytes);
    notNegative("idleTimeout", idleTimeout);
    notNegative("recordTimeout", recordTimeout);
    notNegative("replyTimeout", replyTimeout);
    positive("connectTimeout", connectTimeout);
    positive("callTimeout", callTimeout);
  }

  /// 17 MiB records, 1024 fragments, 16,384 calls and 256 MiB in flight, 8 MiB undelivered, 4096
  /// connections, 512 MiB received, no idle limit, 10 s for a record, 5 min for a handler, 5 s to
  /// connect, 30 s for a call.
  public static RpcLimits defaults() {
    return DEFAULTS;
  }

  /// Changes the longest record, and what depends on it upwards.
  public RpcLimits withMaxRecordBytes(int bytes) {
    return new RpcLimits(
        bytes,
        maxFragments,
        maxCallsInFlight,
        maxBytesInFlight,
        maxUndeliveredBytes,
        maxConnections,
        Math.max(maxReceivedBytes, bytes),
        idleTimeout,
        recordTimeout,
        replyTimeout,
        connectTimeout,
        callTimeout);
  }

  /// Changes the most fragments of a record.
  public RpcLimits withMaxFragments(int fragments) {
    return new RpcLimits(
        maxRecordBytes,
        fragments,
        maxCallsInFlight,
        maxBytesInFlight,
        maxUndeliveredBytes,
        maxConnections,
        maxReceivedBytes,
        idleTimeout,
        recordTimeout,
        replyTimeout,
        connectTimeout,
        callTimeout);
  }

  /// Changes the limits on unanswered calls of a connection.
  public RpcLimits withInFlight(int calls, int bytes) {
    return new RpcLimits(
        maxRecordBytes,
        maxFragments,
        calls,
        bytes,
        maxUndeliveredBytes,
        maxConnections,
        maxReceivedBytes,
        idleTimeout,
        recordTimeout,
        replyTimeout,
        connectTimeout,
        callTimeout);
  }

  /// Changes the most bytes of undelivered replies of a connection.
  public RpcLimits withMaxUndeliveredBytes(int bytes) {
    return new RpcLimits(
        maxRecordBytes,
        maxFragments,
        maxCallsInFlight,
        maxBytesInFlight,
        bytes,
        maxConnections,
        maxReceivedBytes,
        idleTimeout,
        recordTimeout,
        replyTimeout,
        connectTimeout,
        callTimeout);
  }

  /// Changes the limits of a whole server.
  public RpcLimits withServer(int connections, long receivedBytes) {
    return new RpcLimits(
        maxRecordBytes,
        maxFragments,
        maxCallsInFlight,
        maxBytesInFlight,
        maxUndeliveredBytes,
        connections,
        receivedBytes,
        idleTimeout,
        recordTimeout,
        replyTimeout,
        connectTimeout,
        callTimeout);
  }

  /// Changes when a connection without calls is closed.
  public RpcLimits withIdleTimeout(Duration timeout) {
    return new RpcLimits(
        maxRecordBytes,
        maxFragments,
        maxCallsInFlight,
        maxBytesInFlight,
        maxUndeliveredBytes,
        maxConnections,
        maxReceivedBytes,
        timeout,
        recordTimeout,
        replyTimeout,
        connectTimeout,
        callTimeout);
  }

  /// Changes how long a record may take.
  public RpcLimits withRecordTimeout(Duration timeout) {
    return new RpcLimits(
        maxRecordBytes,
        maxFragments,
        maxCallsInFlight,
        maxBytesInFlight,
        maxUndeliveredBytes,
        maxConnections,
        maxReceivedBytes,
        idleTimeout,
        timeout,
        replyTimeout,
        connectTimeout,
        callTimeout);
  }

  /// Changes how long a handler may take.
  public RpcLimits withReplyTimeout(Duration timeout) {
    return new RpcLimits(
        maxRecordBytes,
        maxFragments,
        maxCallsInFlight,
        maxBytesInFlight,
        maxUndeliveredBytes,
        maxConnections,
        maxReceivedBytes,
        idleTimeout,
        recordTimeout,
        timeout,
        connectTimeout,
        callTimeout);
  }

  /// Changes how long a client waits for a connection, and for an answer.
  public RpcLimits withClientTimeouts(Duration connect, Duration call) {
    return new RpcLimits(
        maxRecordBytes,
        maxFragments,
        maxCallsInFlight,
        maxBytesInFlight,
        maxUndeliveredBytes,
        maxConnections,
        maxReceivedBytes,
        idleTimeout,
        recordTimeout,
        replyTimeout,
        connect,
        call);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least " + least);
    }
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " is " + value + ", expected zero or more");
    }
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " is " + value + ", expected more than zero");
    }
  }
}
