package io.plasmafs.namenode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.CommitBatch;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangeWindowTest {
  private final ChangeWindow window = new ChangeWindow();

  private void commit(long sequence, Change... changes) {
    CommitBatch batch = Samples.batch(1, sequence, changes);
    batch.commits().forEach(window::add);
  }

  @Test
  void ofEachRowOnlyTheLastWordIsKept() {
    Name name = Name.of("a");
    for (int i = 1; i <= 100; i++) {
      commit(
          i,
          new Change.PutInode(Samples.directory(1, i)),
          new Change.PutEntry(InodeId.ROOT, name, new InodeId(i)));
    }
    commit(101, new Change.DeleteEntry(InodeId.ROOT, name));
    assertThat(window.inodes()).hasSize(1);
    assertThat(window.inodes()).containsEntry(1L, Samples.directory(1, 100));
    assertThat(window.entries())
        .containsOnlyKeys(new ChangeWindow.EntryKey(1, name))
        .containsValue(Optional.empty());
    assertThat(window.first()).isEqualTo(1);
    assertThat(window.last()).isEqualTo(101);
  }

  @Test
  void whatBelongsToADeletedInodeIsNotWrittenAtAll() {
    InodeId inode = new InodeId(5);
    commit(
        1,
        new Change.PutInode(Samples.file(5, 1)),
        Samples.inline(inode, Bytes.EMPTY),
        new Change.PutExtent(inode, Samples.extent(1)));
    commit(2, new Change.DeleteInode(inode));
    assertThat(window.inodes()).isEmpty();
    assertThat(window.contents())
        .containsOnly(Map.entry(5L, new ChangeWindow.Content(2, Optional.empty())));
    assertThat(window.extents()).isEmpty();
    assertThat(window.deletedInodes()).containsExactly(5L);
  }

  @Test
  void whateverIsSaidLastOfAContentSupersedesWhatWasThereBefore() {
    Bytes bytes = Bytes.wrap(new byte[] {1});
    commit(7, Samples.inline(new InodeId(1), bytes), stored(2, false));
    commit(8, Samples.inline(new InodeId(2), bytes), stored(3, false));
    commit(9, new Change.DeleteInline(new InodeId(1)));
    assertThat(window.contents())
        .containsOnly(
            Map.entry(1L, new ChangeWindow.Content(9, Optional.empty())),
            Map.entry(2L, new ChangeWindow.Content(8, Optional.of(bytes))),
            Map.entry(3L, new ChangeWindow.Content(8, Optional.empty())));
  }

  @Test
  void bytesThatAreAddedSupersedeNothing() {
    commit(7, stored(1, true), stored(2, false));
    commit(8, stored(2, true));
    assertThat(window.contents())
        .containsOnly(Map.entry(2L, new ChangeWindow.Content(7, Optional.empty())));
  }

  private static Change stored(long inode, boolean continues) {
    return new Change.StoredInline(new InodeId(inode), continues);
  }

  @Test
  void aGapIsRefused() {
    commit(1);
    assertThatThrownBy(() -> commit(3)).hasMessageContaining("commit 3 does not follow 1");
  }
}
