package io.plasmafs.oncrpc.xdrgen;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What `.x` files define (RFC 4506 §6.3), with all constants resolved. Accepts what `jrpcgen`
/// compiles rightly, and says so where it would not.
final class XdrDefinitions {
  /// No bound in the file: only the bytes that are there count.
  static final int UNBOUNDED = Integer.MAX_VALUE;

  private static final Set<String> BASE =
      Set.of("int", "hyper", "float", "double", "bool", "opaque", "string");

  /// How many of a type.
  enum Shape {
    SINGLE,
    FIXED,
    VARIABLE,
    OPTIONAL
  }

  /// A field, an arm, or the right side of a typedef.
  ///
  /// @param type one of [#BASE] or a defined name; signed and unsigned are the same here
  /// @param size length of a fixed array, bound of a variable one, else 1
  record Declaration(String type, String name, Shape shape, int size, String place) {}

  /// A type that becomes a class with a codec.
  sealed interface Definition {
    /// Its name, in the file and in Java.
    String name();
  }

  /// Several fields.
  record Struct(String name, List<Declaration> fields) implements Definition {}

  /// A choice.
  ///
  /// @param otherwise the default arm, if there is one
  record Union(
      String name, Declaration discriminant, List<Arm> arms, Optional<DefaultArm> otherwise)
      implements Definition {}

  /// Another name; in Java a class with the field `value`.
  record Typedef(String name, Declaration declaration) implements Definition {}

  /// The arm of one or more values; without a declaration it is void.
  record Arm(List<Integer> values, Optional<Declaration> declaration) {}

  /// The arm of all other values.
  record DefaultArm(Optional<Declaration> declaration) {}

  private final Tokens in;
  private final Map<String, Long> constants = new LinkedHashMap<>();
  private final Map<String, int[]> enums = new LinkedHashMap<>();
  private final Map<String, Definition> definitions = new LinkedHashMap<>();

  private XdrDefinitions(Tokens in) {
    this.in = in;
  }

  static XdrDefinitions parse(Tokens tokens) throws XdrSyntaxException {
    XdrDefinitions result = new XdrDefinitions(tokens);
    result.constants.put("FALSE", 0L);
    result.constants.put("TRUE", 1L);
    while (!tokens.atEnd()) {
      result.definition();
    }
    result.check();
    return result;
  }

  List<Definition> all() {
    return List.copyOf(definitions.values());
  }

  boolean isEnum(String type) {
    return enums.containsKey(type);
  }

  /// The values of an enum, ascending.
  int[] values(String type) {
    int[] values = enums.get(type);
    if (values == null) {
      throw new IllegalArgumentException(type + " is no enum");
    }
    return values.clone();
  }

  Optional<Definition> find(String type) {
    return Optional.ofNullable(definitions.get(type));
  }

  // --- grammar

  private void definition() throws XdrSyntaxException {
    String word = in.word();
    switch (word) {
      case "const" -> {
        String name = in.word();
        in.expect("=");
        define(name, number());
        in.expect(";");
      }
      case "enum" -> enumeration();
      case "struct" -> {
        String name = in.word();
        in.expect("{");
        List<Declaration> fields = new ArrayList<>();
        while (!in.takeIf("}")) {
          fields.add(
              declaration()
                  .orElseThrow(() -> in.error("a field of struct " + name + " cannot be void")));
          in.expect(";");
        }
        if (fields.isEmpty()) {
          throw in.error("struct " + name + " has no fields");
        }
        in.expect(";");
        define(new Struct(name, List.copyOf(fields)));
      }
      case "union" -> union();
      case "typedef" -> {
        Declaration declaration =
            declaration().orElseThrow(() -> in.error("a typedef cannot be void"));
        in.expect(";");
        define(new Typedef(declaration.name(), declaration));
      }
      case "program" -> program();
      default -> throw in.error("found '" + word + "', expected a definition");
    }
  }

  private void enumeration() throws XdrSyntaxException {
    String name = in.word();
    in.expect("{");
    TreeSet<Integer> values = new TreeSet<>();
    do {
      String value = in.word();
      in.expect("=");
      long number = number();
      if (number != (int) number) {
        throw in.error(value + " is " + number + ", an enum value has 32 bits");
      }
      define(value, number);
      values.add((int) number);
    } while (in.takeIf(","));
    in.expect("}");
    in.expect(";");
    if (definitions.containsKey(name)
        || enums.put(name, values.stream().mapToInt(Integer::intValue).toArray()) != null) {
      throw in.error(name + " is defined twice");
    }
  }

  private void union() throws XdrSyntaxException {
    String name = in.word();
    in.expect("switch");
    in.expect("(");
    Declaration discriminant =
        declaration().orElseThrow(() -> in.error("a discriminant cannot be void"));
    in.expect(")");
    in.expect("{");
    List<Arm> arms = new ArrayList<>();
    Optional<DefaultArm> otherwise = Optional.empty();
    Set<Integer> seen = new HashSet<>();
    while (!in.takeIf("}")) {
      if (in.takeIf("default")) {
        in.expect(":");
        otherwise = Optional.of(new DefaultArm(declaration()));
      } else {
        List<Integer> values = new ArrayList<>();
        while (in.takeIf("case")) {
          int value = (int) number();
          if (!seen.add(value)) {
            throw in.error("union " + name + " has two arms for " + value);
          }
          values.add(value);
          in.expect(":");
        }
        if (values.isEmpty()) {
          throw in.error("found '" + in.peek() + "', expected 'case', 'default' or '}'");
        }
        arms.add(new Arm(List.copyOf(values), declaration()));
      }
      in.expect(";");
    }
    in.expect(";");
    define(new Union(name, discriminant, List.copyOf(arms), otherwise));
  }

  /// Programs are left to `jrpcgen`.
  private void program() throws XdrSyntaxException {
    in.word();
    in.expect("{");
    int depth = 1;
    while (depth > 0) {
      String word = in.take();
      depth += word.equals("{") ? 1 : word.equals("}") ? -1 : 0;
    }
    in.expect("=");
    number();
    in.expect(";");
  }

  private Optional<Declaration> declaration() throws XdrSyntaxException {
    String place = in.place();
    String type = in.word();
    if (type.equals("void")) {
      return Optional.empty();
    }
    if (type.equals("unsigned")) {
      type = in.peek().equals("hyper") || in.peek().equals("int") ? in.word() : "int";
    } else if (type.equals("enum") || type.equals("struct") || type.equals("union")) {
      if (in.peek().equals("{") || in.peek().equals("switch")) {
        throw in.error("give the " + type + " a name of its own first");
      }
      type = in.word();
    }
    if (Set.of("char", "short", "long", "quadruple").contains(type)) {
      throw in.error(type + " is not supported, use int, hyper, float or double");
    }
    boolean optional = in.takeIf("*");
    String name = in.word();
    Shape shape = optional ? Shape.OPTIONAL : Shape.SINGLE;
    int size = 1;
    if (in.takeIf("[")) {
      shape = Shape.FIXED;
      size = size(number());
      in.expect("]");
      if (size == 0) {
        throw in.error(name + " has no elements");
      }
    } else if (in.takeIf("<")) {
      shape = Shape.VARIABLE;
      size = in.peek().equals(">") ? UNBOUNDED : size(number());
      in.expect(">");
    }
    if (optional && shape != Shape.OPTIONAL) {
      throw in.error(name + " is optional and an array, use a typedef for one of them");
    }
    return Optional.of(new Declaration(type, name, shape, size, place));
  }

  private int size(long number) throws XdrSyntaxException {
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw in.error(number + " is no length, expected 0 to " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  private long number() throws XdrSyntaxException {
    String word = in.take();
    Long constant = constants.get(word);
    if (constant != null) {
      return constant;
    }
    try {
      return Long.decode(word);
    } catch (NumberFormatException e) {
      throw in.error("found '" + word + "', expected a number or a constant defined above");
    }
  }

  private void define(String constant, long value) throws XdrSyntaxException {
    if (constants.put(constant, value) != null) {
      throw in.error(constant + " is defined twice");
    }
  }

  private void define(Definition definition) throws XdrSyntaxException {
    if (enums.containsKey(definition.name())
        || definitions.put(definition.name(), definition) != null) {
      throw in.error(definition.name() + " is defined twice");
    }
  }

  // --- meaning

  private void check() throws XdrSyntaxException {
    for (Definition definition : definitions.values()) {
      for (Declaration declaration : declarations(definition)) {
        check(declaration);
      }
      if (definition instanceof Union union) {
        checkDiscriminant(union);
      }
      minBytes(definition, new LinkedHashSet<>());
    }
  }

  private void check(Declaration declaration) throws XdrSyntaxException {
    String type = declaration.type();
    boolean base = BASE.contains(type);
    if (!base && !enums.containsKey(type) && !definitions.containsKey(type)) {
      throw new XdrSyntaxException(declaration.place() + ": there is no type " + type);
    }
    boolean wrong =
        switch (declaration.shape()) {
          case SINGLE -> type.equals("opaque") || type.equals("string");
          case FIXED -> type.equals("string");
          case VARIABLE -> false;
          // jrpcgen would encode such a field as if it were always there
          case OPTIONAL -> base || enums.containsKey(type);
        };
    if (wrong) {
      throw new XdrSyntaxException(
          declaration.place()
              + ": "
              + declaration.name()
              + (declaration.shape() == Shape.OPTIONAL
                  ? " is an optional " + type + ", use a typedef for the " + type
                  : " is a " + type + " without a bound in < >"));
    }
  }

  private void checkDiscriminant(Union union) throws XdrSyntaxException {
    Declaration discriminant = union.discriminant();
    String type = discriminant.type();
    if (discriminant.shape() != Shape.SINGLE
        || !(type.equals("int") || type.equals("bool") || enums.containsKey(type))) {
      throw new XdrSyntaxException(
          discriminant.place()
              + ": the discriminant of "
              + union.name()
              + " has to be an int, a bool or an enum");
    }
    for (Arm arm : union.arms()) {
      for (int value : arm.values()) {
        boolean possible =
            switch (type) {
              case "int" -> true;
              case "bool" -> value == 0 || value == 1;
              default -> java.util.Arrays.binarySearch(values(type), value) >= 0;
            };
        if (!possible) {
          throw new XdrSyntaxException(
              discriminant.place()
                  + ": "
                  + union.name()
                  + " has an arm "
                  + value
                  + ", which no "
                  + type
                  + " is");
        }
      }
    }
  }

  /// All declarations in a definition, the discriminant of a union included.
  static List<Declaration> declarations(Definition definition) {
    return switch (definition) {
      case Struct struct -> struct.fields();
      case Typedef typedef -> List.of(typedef.declaration());
      case Union union -> {
        List<Declaration> all = new ArrayList<>();
        all.add(union.discriminant());
        union.arms().forEach(arm -> arm.declaration().ifPresent(all::add));
        union.otherwise().flatMap(DefaultArm::declaration).ifPresent(all::add);
        yield all;
      }
    };
  }

  /// Fewest bytes that one value of a type takes.
  int minBytes(String type) {
    try {
      return (int) Math.min(Integer.MAX_VALUE, minBytes(type, new LinkedHashSet<>()));
    } catch (XdrSyntaxException e) {
      throw new IllegalStateException(e); // all types have been checked
    }
  }

  private long minBytes(String type, Set<String> inside) throws XdrSyntaxException {
    Definition definition = definitions.get(type);
    if (definition != null) {
      return minBytes(definition, inside);
    }
    return type.equals("hyper") || type.equals("double") ? 8 : 4;
  }

  private long minBytes(Definition definition, Set<String> inside) throws XdrSyntaxException {
    if (!inside.add(definition.name())) {
      throw new XdrSyntaxException(definition.name() + " contains itself without end: " + inside);
    }
    long bytes =
        switch (definition) {
          case Typedef typedef -> minBytes(typedef.declaration(), inside);
          case Struct struct -> {
            long sum = 0;
            for (Declaration field : struct.fields()) {
              sum += minBytes(field, inside);
            }
            yield sum;
          }
          case Union union -> {
            long least = Long.MAX_VALUE;
            List<Optional<Declaration>> arms = new ArrayList<>();
            union.arms().forEach(arm -> arms.add(arm.declaration()));
            union.otherwise().ifPresent(arm -> arms.add(arm.declaration()));
            for (Optional<Declaration> arm : arms) {
              least = Math.min(least, arm.isEmpty() ? 0 : minBytes(arm.get(), inside));
            }
            yield 4 + (arms.isEmpty() ? 0 : least);
          }
        };
    inside.remove(definition.name());
    return bytes;
  }

  private long minBytes(Declaration declaration, Set<String> inside) throws XdrSyntaxException {
    return switch (declaration.shape()) {
      case VARIABLE, OPTIONAL -> 4;
      case SINGLE -> minBytes(declaration.type(), inside);
      case FIXED ->
          declaration.type().equals("opaque")
              ? (declaration.size() + 3L) / 4 * 4
              : declaration.size() * minBytes(declaration.type(), inside);
    };
  }

  /// Whether the struct is a linked list: its last field is an optional element of its own type.
  static boolean isList(Definition definition) {
    if (!(definition instanceof Struct struct)) {
      return false;
    }
    Declaration last = struct.fields().get(struct.fields().size() - 1);
    return last.shape() == Shape.OPTIONAL
        && last.type().equals(struct.name())
        && struct.fields().size() > 1;
  }

  /// Whether decoding a type can meet the same type further down, other than along a list.
  boolean isRecursive(Definition definition) {
    Set<String> reached = new HashSet<>();
    List<Definition> open = new ArrayList<>(List.of(definition));
    while (!open.isEmpty()) {
      Definition current = open.remove(open.size() - 1);
      List<Declaration> declarations = declarations(current);
      if (isList(current)) {
        declarations = declarations.subList(0, declarations.size() - 1);
      }
      for (Declaration declaration : declarations) {
        if (declaration.type().equals(definition.name())) {
          return true;
        }
        Definition next = definitions.get(declaration.type());
        if (next != null && reached.add(next.name())) {
          open.add(next);
        }
      }
    }
    return false;
  }
}
