package io.plasmafs.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/// Shows the commands in the help of `plasma` by what they are for.
final class CommandGroups {
  private CommandGroups() {}

  /// Sets the list of commands in the help.
  ///
  /// @param groups names of commands by heading
  static void show(CommandLine line, Map<String, List<String>> groups) {
    Map<String, IHelpSectionRenderer> sections = new LinkedHashMap<>(line.getHelpSectionMap());
    // A section is set for all commands below as well; these keep what they had.
    only(sections, UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
    only(sections, UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> render(help, groups));
    line.setHelpSectionMap(sections);
  }

  private static void only(
      Map<String, IHelpSectionRenderer> sections, String key, IHelpSectionRenderer ofTheTop) {
    IHelpSectionRenderer before = sections.getOrDefault(key, help -> "");
    sections.put(
        key,
        help -> help.commandSpec().parent() == null ? ofTheTop.render(help) : before.render(help));
  }

  private static String render(Help help, Map<String, List<String>> groups) {
    StringBuilder out = new StringBuilder();
    groups.forEach((heading, names) -> {
      out.append(System.lineSeparator()).append(heading).append(':');
      out.append(System.lineSeparator());
      out.append(table(help, names));
    });
    return out.toString();
  }

  private static String table(Help help, List<String> names) {
    int nameWidth = 22;
    TextTable table =
        TextTable.forColumns(
            help.colorScheme(),
            new Column(nameWidth, 2, Overflow.SPAN),
            new Column(help.commandSpec().usageMessage().width() - nameWidth, 2, Overflow.WRAP));
    for (String name : names) {
      Help command = help.subcommands().get(name);
      if (command != null) {
        String[] description = command.commandSpec().usageMessage().description();
        table.addRowValues(name, description.length == 0 ? "" : description[0]);
      }
    }
    return table.toString();
  }
}
