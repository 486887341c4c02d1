package io.plasmafs.namenode.simulation;

import java.util.ArrayList;
import java.util.List;

/// Commits that were refused because of their preconditions. Of each some state that was published
/// at about that time must tell why.
final class Refusals {
  private static final int COMMITS_IN_A_BATCH = 16;

  private final Published published;
  private final Timeline timeline;
  private final List<Refusal> refusals = new ArrayList<>();

  private record Refusal(Request request, Overlay overlay, int failing, long from, long to) {}

  Refusals(Published published, Timeline timeline) {
    this.published = published;
    this.timeline = timeline;
  }

  /// A commit was refused just now.
  ///
  /// @param failing how many preconditions were reported
  void add(Request request, Overlay overlay, int failing) {
    refusals.add(
        new Refusal(request, overlay, failing, timeline.last().sequence(), published.last()));
  }

  /// Once more has been published: a commit is checked against those before it in its batch too.
  void verify() {
    for (Refusal refusal : refusals) {
      boolean explained = false;
      long to = Math.min(published.last(), refusal.to() + COMMITS_IN_A_BATCH);
      for (long s = startOf(refusal); s <= to && !explained; s++) {
        State state = published.at(s);
        explained =
            refusal.overlay().preconditions.stream()
                    .filter(p -> !AttributesModel.holds(state, p))
                    .count()
                == refusal.failing();
      }
      if (!explained) {
        throw new AssertionError("its preconditions held: " + refusal.request());
      }
    }
  }

  private long startOf(Refusal refusal) {
    List<Timeline.Reading> since = timeline.since(refusal.request().sentAt);
    return since.isEmpty() ? refusal.from() : since.get(since.size() - 1).sequence();
  }
}
