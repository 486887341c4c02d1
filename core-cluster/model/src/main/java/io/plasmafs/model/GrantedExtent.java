package io.plasmafs.model;

import java.util.List;

/// A run of blocks that may be read or written, with one ticket for each replica, in the same
/// order.
public record GrantedExtent(Extent extent, List<Ticket> tickets) {
  public GrantedExtent {
    tickets = List.copyOf(tickets);
    if (tickets.size() != extent.replicas().size()) {
      throw new IllegalArgumentException(
          extent.replicas().size() + " replicas have " + tickets.size() + " tickets");
    }
  }
}
