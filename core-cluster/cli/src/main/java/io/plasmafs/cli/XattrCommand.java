package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Operation.XattrMode;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `plasma xattr`: extended attributes, which are names and bytes of any meaning.
@Command(
    name = "xattr",
    description = "Get, set, list and remove extended attributes.",
    subcommands = {
      XattrCommand.Get.class,
      XattrCommand.Set.class,
      XattrCommand.ListAll.class,
      XattrCommand.Remove.class
    })
final class XattrCommand implements Runnable {
  @Spec CommandSpec spec;

  @picocli.CommandLine.Mixin CommonOptions common = new CommonOptions();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "get, set, list or rm is expected");
  }

  private static XattrName attribute(String text) {
    return XattrName.of(ByteText.encode(text));
  }

  /// `plasma xattr get`.
  @Command(name = "get", description = "Write the value of an attribute to standard output.")
  static final class Get extends UserCommand {
    @Parameters(index = "0", paramLabel = "PATH", description = "The file.")
    String path;

    @Parameters(index = "1", paramLabel = "NAME", description = "The attribute.")
    String name;

    @Override
    void run(Session session) throws IOException {
      byte[] value = session.files().getXattr(session.single(path), attribute(name));
      session.out().bytes(value);
      if (session.out().isTerminal()) {
        session.out().line("");
      }
    }
  }

  /// `plasma xattr set`.
  @Command(name = "set", description = "Set an attribute.")
  static final class Set extends UserCommand {
    @Option(names = "--create", description = "Fail if the file has it.")
    boolean create;

    @Option(names = "--replace", description = "Fail if the file does not have it.")
    boolean replace;

    @Parameters(index = "0", paramLabel = "PATH", description = "The file.")
    String path;

    @Parameters(index = "1", paramLabel = "NAME", description = "The attribute.")
    String name;

    @Parameters(index = "2", paramLabel = "VALUE", description = "Its value; - is standard input.")
    String value;

    @Override
    void check() {
      if (create && replace) {
        throw misuse("--create and --replace contradict each other");
      }
    }

    @Override
    void run(Session session) throws IOException {
      byte[] bytes =
          value.equals("-")
              ? session.console().in().readNBytes(XattrName.MAX_VALUE_BYTES + 1)
              : ByteText.encode(value);
      if (bytes.length > XattrName.MAX_VALUE_BYTES) {
        throw new FsException(
            FsStatus.EFBIG,
            "the value is too long: at most " + XattrName.MAX_VALUE_BYTES + " bytes are possible");
      }
      XattrMode how = create ? XattrMode.CREATE : replace ? XattrMode.REPLACE : XattrMode.SET;
      session.files().setXattr(session.single(path), attribute(name), Bytes.wrap(bytes), how);
    }
  }

  /// `plasma xattr list`.
  @Command(name = "list", description = "List the names of all attributes.")
  static final class ListAll extends UserCommand {
    @Option(names = "-l", description = "Values as well.")
    boolean values;

    @Option(names = "--json", description = "An array of objects, for programs.")
    boolean json;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files.")
    List<String> paths;

    @Override
    void run(Session session) throws IOException {
      if (json) {
        try (Json array = Json.array(session.out())) {
          session.forEach(
              paths,
              path -> {
                List<XattrName> names = session.files().listXattrs(path);
                array.object(o -> {
                  o.path("path", path);
                  o.array(
                      "attributes",
                      list -> {
                        for (XattrName name : names) {
                          list.object(x -> {
                            x.bytes("name", name.bytes());
                            x.bytes("value", session.files().getXattr(path, name));
                          });
                        }
                      });
                });
              });
        }
        return;
      }
      session.forEach(
          paths,
          path -> {
            String prefix = paths.size() > 1 ? session.out().shown(path) + ": " : "";
            for (XattrName name : session.files().listXattrs(path)) {
              String shown =
                  session.out().isTerminal() ? name.toString() : ByteText.decode(name.bytes());
              String value = values ? "=" + printable(session.files().getXattr(path, name)) : "";
              session.out().line(prefix + shown + value);
            }
          });
    }

    /// A value may be anything; here it is to be looked at.
    private static String printable(byte[] value) {
      StringBuilder out = new StringBuilder();
      for (byte b : value) {
        if (b >= 0x20 && b < 0x7f && b != '\\') {
          out.append((char) b);
        } else {
          out.append(String.format("\\x%02x", b & 0xff));
        }
      }
      return out.toString();
    }
  }

  /// `plasma xattr rm`.
  @Command(name = "rm", description = "Remove an attribute.")
  static final class Remove extends UserCommand {
    @Parameters(index = "0", paramLabel = "PATH", description = "The file.")
    String path;

    @Parameters(index = "1", paramLabel = "NAME", description = "The attribute.")
    String name;

    @Override
    void run(Session session) throws IOException {
      session.files().removeXattr(session.single(path), attribute(name));
    }
  }
}
