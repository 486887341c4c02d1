package io.plasmafs.namenode.ticket;

import io.plasmafs.model.Extent;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.Ticket;

/// Makes tickets. Called on the engine's thread; does not block or do I/O.
public interface TicketMaker {
  /// A ticket for each replica of the run.
  ///
  /// @param transactionKey of the transaction that asked, unique within the epoch; 0 for reads
  ///   outside of transactions
  GrantedExtent grant(Extent extent, Ticket.Right right, long transactionKey);

  /// The transaction, which was given tickets to write, has ended: they may be withdrawn.
  void withdraw(long transactionKey);
}
