package io.plasmafs.namenode.fsck;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.job.Finding;
import io.plasmafs.namenode.job.JobReport;
import io.plasmafs.namenode.metadata.MetadataAudit;

/// Tells what was found, with the path of what it concerns, and counts it: all `problems`, those
/// that were `repaired`, and each kind.
final class Tally {
  /// Longer paths are not told.
  private static final int LONGEST_PATH = 4096;

  private final JobReport report;
  private final MetadataAudit audit;

  Tally(JobReport report, MetadataAudit audit) {
    this.report = report;
    this.audit = audit;
    report.figure("problems", 0);
    report.figure("repaired", 0);
  }

  /// A problem of an inode.
  void tell(String kind, InodeId inode, String message) throws InterruptedException {
    tell(kind, inode, 0, -1, -1, 0, message, "");
  }

  /// A problem of a run of blocks.
  ///
  /// @param index of its first block within the file
  void tell(String kind, InodeId inode, long index, int count, String message, String repair)
      throws InterruptedException {
    tell(kind, inode, 0, -1, index, count, message, repair);
  }

  /// A problem of blocks of a datanode.
  void tell(
      String kind,
      InodeId inode,
      int datanode,
      long block,
      long index,
      int count,
      String message,
      String repair)
      throws InterruptedException {
    report.count("problems", 1);
    report.count(kind, 1);
    if (!repair.isEmpty()) {
      report.count("repaired", 1);
    }
    Bytes path =
        inode.equals(InodeId.NONE)
            ? Bytes.EMPTY
            : audit.path(inode).filter(p -> p.length() <= LONGEST_PATH).orElse(Bytes.EMPTY);
    report.tell(new Finding(kind, inode, path, datanode, block, index, count, message, repair));
  }

  JobReport report() {
    return report;
  }
}
