package io.plasmafs.distribution;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/// Loads the classes that commands use, and nothing else: the launcher runs it once after a build
/// with `-XX:ArchiveClassesAtExit`, so that commands find the classes ready in a shared archive and
/// start in a fraction of the time.
public final class ClassArchive {
  private static final Pattern JARS =
      Pattern.compile(
          "(plasmafs-(model|oncrpc|protocol|client|cli|distribution)|netty-(common|buffer|transport|"
              + "codec-base|resolver|handler)|picocli|jackson-core|slf4j-api|remotetea).*\\.jar");

  private ClassArchive() {}

  /// Loads the classes of the jars on the class path.
  public static void main(String[] args) throws IOException {
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
      File file = new File(element);
      if (JARS.matcher(file.getName()).matches()) {
        try (JarFile jar = new JarFile(file)) {
          List<String> names =
              jar.stream()
                  .map(JarEntry::getName)
                  .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF"))
                  .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
                  .toList();
          names.forEach(ClassArchive::load);
        }
      }
    }
  }

  private static void load(String name) {
    try {
      Class<?> unused = Class.forName(name, false, ClassArchive.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // Of a library's optional part: no command needs it.
    }
  }
}
