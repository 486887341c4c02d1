package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.LongWork;
import io.plasmafs.client.LongWork.Finding;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// What a check of a cluster has told.
record Checked(List<Finding> findings, Map<String, Long> sums) {
  /// Everything, without repair.
  static Checked all(PlasmaClient client) {
    return below(client, InodeId.NONE, false);
  }

  /// Everything, with repair.
  static Checked andRepaired(PlasmaClient client) {
    return below(client, InodeId.NONE, true);
  }

  static Checked below(PlasmaClient client, InodeId root, boolean repair) {
    List<Finding> findings = new ArrayList<>();
    try (LongWork work = client.check(root, repair)) {
      LongWork.Page page;
      do {
        page = work.next();
        findings.addAll(page.findings());
      } while (!page.finished());
      assertThat(page.figures()).containsEntry("problems", (long) findings.size());
      return new Checked(findings, page.figures());
    }
  }

  /// Whether nothing is found; false also while a datanode does not answer.
  static boolean isClean(PlasmaClient client) {
    return isFinding(List.of(), () -> all(client));
  }

  /// Whether a check finds problems of just these kinds; false also while a datanode does not
  /// answer.
  ///
  /// @param kinds in order of their names
  static boolean isFinding(List<String> kinds, Supplier<Checked> check) {
    try {
      return check.get().kinds().equals(kinds);
    } catch (FsException e) {
      assertThat(e.status()).isEqualTo(FsStatus.EUNAVAIL);
      return false;
    }
  }

  /// What kinds of problems there are, each once, in order of their names.
  List<String> kinds() {
    return findings.stream().map(Finding::kind).distinct().sorted().toList();
  }

  List<Finding> of(String kind) {
    return findings.stream().filter(finding -> finding.kind().equals(kind)).toList();
  }

  /// One of the sums.
  long sum(String name) {
    return sums.getOrDefault(name, -1L);
  }

  /// The one problem of this kind.
  Finding only(String kind) {
    assertThat(of(kind)).as(kind).hasSize(1);
    return of(kind).get(0);
  }
}
