package io.plasmafs.client.wire;

import io.plasmafs.model.FsStatus;
import java.util.List;

/// What the first datanode of a chain answered to a write.
///
/// @param failed positions in the chain, the first datanode being 0, that did not store the data
public record WriteAnswer(FsStatus status, String message, List<Integer> failed) {
  public WriteAnswer {
    failed = List.copyOf(failed);
  }
}
