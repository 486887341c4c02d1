package io.plasmafs.namenode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.fsck.Fsck;
import io.plasmafs.namenode.job.Finding;
import io.plasmafs.namenode.job.Job;
import io.plasmafs.namenode.job.JobPage;
import io.plasmafs.namenode.job.Jobs;
import io.plasmafs.namenode.repair.Balancer;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.xdr.balance_args;
import io.plasmafs.protocol.xdr.check_args;
import io.plasmafs.protocol.xdr.counter;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.finding;
import io.plasmafs.protocol.xdr.job_args;
import io.plasmafs.protocol.xdr.job_page;
import io.plasmafs.protocol.xdr.job_result;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/// The calls of ADMIN that begin, watch and stop long work. Whoever calls was found to be allowed
/// to.
public final class JobCalls {
  private final Jobs jobs;
  private final Fsck fsck;
  private final Balancer balancer;
  private final Executor waiting;

  /// @param waiting runs calls that wait
  public JobCalls(Jobs jobs, Fsck fsck, Balancer balancer, Executor waiting) {
    this.jobs = jobs;
    this.fsck = fsck;
    this.balancer = balancer;
    this.waiting = waiting;
  }

  void check(check_args arguments, ReplySink reply) {
    begin(
        "check",
        () -> {
          if (arguments.inode < 0) {
            throw new FsException(
                FsStatus.EINVAL, "there is no inode of the number " + arguments.inode);
          }
          return fsck.check(new InodeId(arguments.inode), arguments.repair);
        },
        reply);
  }

  void balance(balance_args arguments, ReplySink reply) {
    begin(
        "balancing",
        () -> balancer.balance(arguments.threshold_permille / 1000.0, arguments.bytes_per_second),
        reply);
  }

  private void begin(String kind, Supplier<Job> job, ReplySink reply) {
    job_result result = new job_result();
    result.status = FsStatus.OK.code();
    result.message = "";
    try {
      result.job = jobs.begin(kind, job.get());
    } catch (FsException e) {
      result = refused(e);
    }
    reply.success(result);
  }

  static job_result refused(FsException why) {
    job_result result = new job_result();
    result.status = why.status().code();
    result.message = Conversion.message(String.valueOf(why.getMessage()));
    return result;
  }

  void next(job_args arguments, ReplySink reply) {
    waiting.execute(() -> {
      try {
        reply.success(toXdr(jobs.next(arguments.job)));
      } catch (FsException e) {
        reply.success(failed(e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        reply.success(failed(new FsException(FsStatus.EUNAVAIL, "the server is stopping", e)));
      }
    });
  }

  void stop(job_args arguments, ReplySink reply) {
    datanode_status result = Failures.success();
    try {
      jobs.stop(arguments.job);
    } catch (FsException e) {
      result = Failures.toXdr(e);
    }
    reply.success(result);
  }

  static job_page failed(FsException why) {
    job_page page = new job_page();
    page.status = why.status().code();
    page.message = Conversion.message(String.valueOf(why.getMessage()));
    page.finished = true;
    page.stage = "";
    page.findings = new finding[0];
    page.figures = new counter[0];
    return page;
  }

  private static job_page toXdr(JobPage from) {
    job_page page = new job_page();
    page.status = from.failure().map(FsException::status).orElse(FsStatus.OK).code();
    page.message =
        Conversion.message(from.failure().map(e -> String.valueOf(e.getMessage())).orElse(""));
    page.finished = from.finished();
    page.stage = from.stage();
    page.done = from.done();
    page.total = from.total();
    page.findings = from.findings().stream().map(JobCalls::toXdr).toArray(finding[]::new);
    page.figures =
        from.figures().entrySet().stream().map(AdminProgram::toXdr).toArray(counter[]::new);
    return page;
  }

  private static finding toXdr(Finding from) {
    finding result = new finding();
    result.kind = from.kind();
    result.inode = from.inode().value();
    result.path = from.path().toArray();
    result.datanode = from.datanode();
    result.block = from.block();
    result.index = from.index();
    result.count = from.count();
    result.message = Conversion.message(from.message());
    result.repair = Conversion.message(from.repair());
    return result;
  }
}
