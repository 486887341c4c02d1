package io.plasmafs.namenode.store;

import io.plasmafs.namenode.metadata.StoreException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// What is to be done about a failure of PostgreSQL, by its SQLSTATE. The only such table.
///
/// | SQLSTATE | Means | Reaction |
/// |---|---|---|
/// | 40001 40P01 55P03 | could not serialise, deadlock, lock not available | RETRY |
/// | 08xxx 57P01 57P02 57P03 57P05, none | no connection, server stops, starts or crashed | RECONNECT |
/// | 53100 | disk full | FULL |
/// | 53000 53200 53300 53400 58030 | too little memory, connections, configured limit, I/O error | UNAVAILABLE |
/// | 57014 | cancelled | UNAVAILABLE |
/// | 25006 | the server is read-only | UNAVAILABLE |
/// | 28xxx 3D000 | login refused, no such database | BROKEN |
/// | all others, 23505 and 25P02 for example | our bug, or a foreign or damaged database | BROKEN |
enum SqlState {
  /// Again on the same connection after a random pause.
  RETRY,
  /// The connection is lost; if a statement had been sent, whether it was done is unknown.
  RECONNECT,
  /// Not done: no space. Reading goes on.
  FULL,
  /// Not done, for want of something that may come back.
  UNAVAILABLE,
  /// Not done, and never will be.
  BROKEN;

  static SqlState of(SQLException failure) {
    return of(failure.getSQLState());
  }

  static SqlState of(@Nullable String state) {
    // The driver's own failures, a broken protocol stream among them, may have no state at all.
    if (state == null || state.length() != 5) {
      return RECONNECT;
    }
    return switch (state) {
      case "40001", "40P01", "55P03" -> RETRY;
      case "57P01", "57P02", "57P03", "57P05" -> RECONNECT;
      case "53100" -> FULL;
      case "57014", "25006", "58030" -> UNAVAILABLE;
      default -> {
        if (state.startsWith("08")) {
          yield RECONNECT;
        }
        yield state.startsWith("53") ? UNAVAILABLE : BROKEN;
      }
    };
  }

  /// The failure as callers see it, of a statement that was certainly not done.
  static StoreException notDone(String what, SQLException failure) {
    return switch (of(failure)) {
      case FULL ->
          new StoreException(
              StoreException.Kind.UNAVAILABLE,
              what
                  + ": the disk of PostgreSQL is full; free space or enlarge it: "
                  + failure.getMessage(),
              failure);
      case RETRY, RECONNECT, UNAVAILABLE ->
          new StoreException(
              StoreException.Kind.UNAVAILABLE,
              what + ": PostgreSQL is not available: " + failure.getMessage(),
              failure);
      case BROKEN ->
          new StoreException(
              StoreException.Kind.BROKEN,
              what
                  + ": PostgreSQL refused with SQLSTATE "
                  + failure.getSQLState()
                  + ": "
                  + failure.getMessage(),
              failure);
    };
  }
}
