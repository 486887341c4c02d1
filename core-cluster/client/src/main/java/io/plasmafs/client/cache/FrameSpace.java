package io.plasmafs.client.cache;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;

/// Direct memory cut into frames of one size. It is taken from the system in chunks, as it is first
/// needed, up to a limit, and kept from then on.
final class FrameSpace {
  private static final int CHUNK_FRAMES = 16;

  private final int frameBytes;
  private final long limit;

  // Guarded by this.
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private long taken;
  private boolean exhausted;

  FrameSpace(int frameBytes, long limitBytes) {
    this.frameBytes = frameBytes;
    this.limit = limitBytes / frameBytes;
  }

  /// Frames that there can be.
  long limit() {
    return limit;
  }

  /// Bytes taken from the system.
  synchronized long bytes() {
    return taken * frameBytes;
  }

  /// An empty frame; nothing if all are in use.
  synchronized Optional<ByteBuffer> take() {
    if (free.isEmpty() && taken < limit && !exhausted) {
      grow();
    }
    return Optional.ofNullable(free.poll()).map(ByteBuffer::clear);
  }

  private void grow() {
    int frames = (int) Math.min(CHUNK_FRAMES, limit - taken);
    try {
      ByteBuffer chunk = ByteBuffer.allocateDirect(frames * frameBytes);
      for (int i = 0; i < frames; i++) {
        free.add(chunk.slice(i * frameBytes, frameBytes));
      }
      taken += frames;
    } catch (OutOfMemoryError e) {
      // The process has less direct memory than the limit promises: what there is must do.
      exhausted = true;
    }
  }

  /// Takes a frame back.
  synchronized void give(ByteBuffer frame) {
    free.push(frame);
  }
}
