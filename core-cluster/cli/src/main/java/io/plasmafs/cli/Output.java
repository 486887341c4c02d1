package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Standard output or standard error: bytes, buffered, and the knowledge whether a person looks at
/// them. Names of files go into a pipe as they are; on a terminal everything that could move its
/// cursor or deceive its reader is escaped as `\xNN`. For one thread.
final class Output extends OutputStream {
  private static final int BUFFER_BYTES = 64 << 10;

  private final OutputStream stream;
  private final boolean terminal;

  Output(OutputStream stream, boolean terminal) {
    this.stream = new BufferedOutputStream(stream, BUFFER_BYTES);
    this.terminal = terminal;
  }

  static Output standard() {
    return new Output(new FileOutputStream(FileDescriptor.out), Terminal.isTerminal(1));
  }

  static Output error() {
    return new Output(new FileOutputStream(FileDescriptor.err), Terminal.isTerminal(2));
  }

  /// Whether a person looks at it.
  boolean isTerminal() {
    return terminal;
  }

  /// A name as it is to be printed here.
  String shown(Name name) {
    return terminal ? name.toString() : ByteText.decode(name.bytes());
  }

  /// A path as it is to be printed here.
  String shown(FsPath path) {
    return terminal ? path.toString() : "/" + ByteText.decode(path.bytes());
  }

  /// Text and the end of its line. Escaped bytes become themselves again: see [ByteText].
  void line(String text) {
    bytes(ByteText.encode(text));
    bytes(System.lineSeparator().getBytes(StandardCharsets.UTF_8));
    if (terminal) {
      flush();
    }
  }

  /// Text without an end of line.
  void text(String text) {
    bytes(ByteText.encode(text));
  }

  /// Bytes as they are.
  void bytes(byte[] bytes) {
    write(bytes, 0, bytes.length);
  }

  @Override
  public void write(int b) {
    bytes(new byte[] {(byte) b});
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      stream.write(bytes, offset, length);
    } catch (IOException e) {
      throw new Closed(e);
    }
  }

  @Override
  public void flush() {
    try {
      stream.flush();
    } catch (IOException e) {
      throw new Closed(e);
    }
  }

  /// Flushes only: a process keeps its standard streams.
  @Override
  public void close() {
    flush();
  }

  /// Nobody reads any more: `plasma ls / | head`, or the disk below is full.
  static final class Closed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Closed(IOException cause) {
      super(cause.getMessage(), cause);
    }

    /// Whether the reader has gone, which is no failure.
    boolean isBrokenPipe() {
      return String.valueOf(getMessage()).contains("Broken pipe");
    }
  }
}
