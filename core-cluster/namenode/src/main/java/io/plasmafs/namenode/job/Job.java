package io.plasmafs.namenode.job;

/// Long work.
public interface Job {
  /// Does it, on a thread of its own; is interrupted when it is to stop.
  ///
  /// @throws io.plasmafs.model.FsException if it cannot go on
  /// @throws InterruptedException when it was stopped
  void run(JobReport report) throws InterruptedException;
}
