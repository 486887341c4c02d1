package io.plasmafs.namenode.engine;

import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.commit.CommitPipeline;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.Missing;
import io.plasmafs.namenode.transaction.Needs;
import io.plasmafs.namenode.transaction.Transaction;
import io.plasmafs.namenode.transaction.View;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/// Gives committed runs of blocks other replicas, by commits of the filesystem's own: what repair
/// asks of the engine. Confined to the engine's thread.
final class ExtentMoves {
  private final OwnTransactions transactions;
  private final Needs needs;
  private final StoreQuestions questions;
  private final CommitPipeline pipeline;
  private final BlockSpace blocks;
  private final BooleanSupplier serving;

  ExtentMoves(
      OwnTransactions transactions,
      Needs needs,
      StoreQuestions questions,
      CommitPipeline pipeline,
      BlockSpace blocks,
      BooleanSupplier serving) {
    this.transactions = transactions;
    this.needs = needs;
    this.questions = questions;
    this.pipeline = pipeline;
    this.blocks = blocks;
    this.serving = serving;
  }

  /// As [Engine#moveExtent]; with the replicas that the run has, it is only looked at.
  void move(InodeId inode, Extent from, List<Replica> to, CompletableFuture<Extent> moved) {
    if (!serving.getAsBoolean()) {
      moved.completeExceptionally(new FsException(FsStatus.ECOORD, "this server does not serve"));
      return;
    }
    Transaction transaction = transactions.begin();
    Extent result;
    try {
      View view = transactions.view(transaction);
      InodeRecord file = view.inode(inode);
      if (file == null || file.nlink() == 0) {
        throw new FsException(FsStatus.ESTALE, inode + " is gone");
      }
      transaction.lockInode(inode, FsPath.EMPTY);
      Extent now =
          view.extents(inode, from.index(), from.end()).stream()
              .filter(run -> run.index() <= from.index() && run.end() >= from.end())
              .map(run -> run.slice(from.index(), from.end()))
              .filter(run -> run.generation() == from.generation())
              .filter(run -> run.replicas().equals(from.replicas()))
              .findFirst()
              .orElseThrow(() ->
                  new FsException(
                      FsStatus.ECONFLICT,
                      inode + ": the run at block " + from.index() + " has changed"));
      if (to.equals(from.replicas())) {
        transactions.end(transaction);
        moved.complete(now);
        return;
      }
      result = new Extent(now.index(), now.count(), now.generation(), to, now.checksums());
      transaction.moveExtent(inode, FsPath.EMPTY, result);
    } catch (Missing e) {
      transactions.end(transaction);
      questions.ask(
          () -> move(inode, from, to, moved),
          () ->
              moved.completeExceptionally(
                  new FsException(FsStatus.EUNAVAIL, "the database cannot be reached")));
      return;
    } catch (FsException e) {
      needs.clear();
      transactions.end(transaction);
      moved.completeExceptionally(e);
      return;
    }
    transaction.keep(blocks);
    pipeline.submit(
        transaction,
        Optional.empty(),
        new CommitPipeline.Listener() {
          @Override
          public void committed(long sequence) {
            moved.complete(result);
          }

          @Override
          public void failed(FsException cause) {
            moved.completeExceptionally(cause);
          }
        });
  }
}
