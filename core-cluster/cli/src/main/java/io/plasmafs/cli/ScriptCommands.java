package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.Requirement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Commands that make sense in a script of one transaction only.
final class ScriptCommands {
  private ScriptCommands() {}

  /// `write FILE TEXT`.
  @Command(name = "write", description = "Make TEXT and a new line the content of FILE.")
  static final class Write extends UserCommand {
    @Parameters(index = "0", paramLabel = "FILE", description = "The file.")
    String path;

    @Parameters(index = "1", paramLabel = "TEXT", description = "Its content.")
    String text;

    @Override
    void run(Session session) throws IOException {
      session
          .files()
          .write(
              Location.of(session.single(path)),
              ByteBuffer.wrap(ByteText.encode(text + "\n")),
              WriteOptions.DEFAULT);
    }
  }

  /// `require PATH WHAT`.
  @Command(name = "require", description = "Commit only if this holds then.")
  static final class Require extends UserCommand {
    @Parameters(index = "0", paramLabel = "PATH", description = "The object.")
    String path;

    @Parameters(
        index = "1..*",
        arity = "1..2",
        paramLabel = "present|absent|version N|content N",
        description = "What it must be like.")
    List<String> what;

    @Override
    void run(Session session) throws IOException {
      boolean numbered = what.size() == 2 && what.get(1).matches("\\d{1,18}");
      Requirement kind =
          switch (what.get(0) + (numbered ? " N" : what.size() == 1 ? "" : " ?")) {
            case "present" -> Requirement.PRESENT;
            case "absent" -> Requirement.ABSENT;
            case "version N" -> Requirement.VERSION;
            case "content N" -> Requirement.CONTENT_VERSION;
            default ->
                throw misuse("present, absent, version N or content N is expected after the path");
          };
      session
          .files()
          .require(session.single(path), kind, numbered ? Long.parseLong(what.get(1)) : 0);
    }
  }
}
