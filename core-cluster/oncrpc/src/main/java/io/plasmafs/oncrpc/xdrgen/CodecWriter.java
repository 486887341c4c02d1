package io.plasmafs.oncrpc.xdrgen;

import io.plasmafs.oncrpc.xdrgen.XdrDefinitions.Arm;
import io.plasmafs.oncrpc.xdrgen.XdrDefinitions.Declaration;
import io.plasmafs.oncrpc.xdrgen.XdrDefinitions.DefaultArm;
import io.plasmafs.oncrpc.xdrgen.XdrDefinitions.Definition;
import io.plasmafs.oncrpc.xdrgen.XdrDefinitions.Struct;
import io.plasmafs.oncrpc.xdrgen.XdrDefinitions.Typedef;
import io.plasmafs.oncrpc.xdrgen.XdrDefinitions.Union;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Writes the bodies of `xdrEncode` and `xdrDecode` of one class.
final class CodecWriter {
  private static final Map<String, String> SYLLABLE =
      Map.of(
          "int", "Int", "hyper", "Long", "float", "Float", "double", "Double", "bool", "Boolean");

  private final XdrDefinitions definitions;
  private final Set<String> bulkTypes;
  private final Definition definition;
  private final StringBuilder out = new StringBuilder();
  private final Set<String> enumsUsed = new TreeSet<>();

  CodecWriter(XdrDefinitions definitions, Set<String> bulkTypes, Definition definition) {
    this.definitions = definitions;
    this.bulkTypes = bulkTypes;
    this.definition = definition;
  }

  String encodeBody() {
    return body(true);
  }

  String decodeBody() {
    return body(false);
  }

  /// The values of the enums that the bodies written so far compare with.
  String constants() {
    return enumsUsed.stream()
        .map(type ->
            "    private static final int[] $%s = {%s};\n"
                .formatted(
                    type,
                    IntStream.of(definitions.values(type))
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(", "))))
        .collect(Collectors.joining());
  }

  /// The Java type of a field as `jrpcgen` declares it, without the brackets of an array.
  String javaType(Declaration declaration) {
    return switch (declaration.type()) {
      case "int" -> "int";
      case "hyper" -> "long";
      case "float" -> "float";
      case "double" -> "double";
      case "bool" -> "boolean";
      case "opaque" -> "byte";
      case "string" -> "String";
      default ->
          definitions.isEnum(declaration.type())
              ? "int"
              : bulkTypes.contains(declaration.type()) ? XdrCompiler.BULK_DATA : declaration.type();
    };
  }

  static boolean isJavaArray(Declaration declaration) {
    return switch (declaration.shape()) {
      case SINGLE, OPTIONAL -> false;
      case FIXED, VARIABLE -> !declaration.type().equals("string");
    };
  }

  private String body(boolean encoding) {
    out.setLength(0);
    String stream =
        "io.plasmafs.oncrpc.xdr.NettyXdr" + (encoding ? "Encoding" : "Decoding") + "Stream";
    line(stream + " $xdr = " + stream + ".of(xdr);");
    boolean guarded = definitions.isRecursive(definition);
    if (guarded) {
      line("$xdr.enter(\"" + definition.name() + "\");");
    }
    switch (definition) {
      case Typedef typedef -> field(encoding, "this.value", typedef.name(), typedef.declaration());
      case Union union -> union(encoding, union);
      case Struct struct -> {
        if (XdrDefinitions.isList(struct)) {
          list(encoding, struct);
        } else {
          fields(encoding, "this.", struct.fields());
        }
      }
    }
    if (guarded) {
      line("$xdr.leave();");
    }
    return out.toString();
  }

  private void fields(boolean encoding, String prefix, List<Declaration> fields) {
    for (Declaration field : fields) {
      field(encoding, prefix + field.name(), definition.name() + "." + field.name(), field);
    }
  }

  private void list(boolean encoding, Struct struct) {
    String type = struct.name();
    List<Declaration> fields = struct.fields();
    Declaration next = fields.get(fields.size() - 1);
    line(type + " $this = this;");
    line("int $length = 1;");
    line("while (true) {");
    fields(encoding, "$this.", fields.subList(0, fields.size() - 1));
    if (encoding) {
      line("$xdr.writeBoolean($this." + next.name() + " != null);");
      line("if ($this." + next.name() + " == null) { break; }");
      line("$xdr.checkListLength(\"" + type + "\", ++$length);");
      line("$this = $this." + next.name() + ";");
    } else {
      line("if (!$xdr.readBoolean(\"" + type + "." + next.name() + "\")) {");
      line("$this." + next.name() + " = null; break; }");
      line("$xdr.checkListLength(\"" + type + "\", ++$length);");
      line(type + " $next = new " + type + "();");
      line("$this." + next.name() + " = $next;");
      line("$this = $next;");
    }
    line("}");
  }

  private void union(boolean encoding, Union union) {
    Declaration discriminant = union.discriminant();
    String field = "this." + discriminant.name();
    String label = union.name() + "." + discriminant.name();
    String number = discriminant.type().equals("bool") ? "(" + field + " ? 1 : 0)" : field;
    field(encoding, field, label, discriminant);
    line("switch (" + number + ") {");
    for (Arm arm : union.arms()) {
      arm.values().forEach(value -> line("case " + value + ":"));
      arm(encoding, union, arm.declaration());
    }
    line("default:");
    Optional<DefaultArm> otherwise = union.otherwise();
    if (otherwise.isPresent()) {
      arm(encoding, union, otherwise.get().declaration());
    } else {
      line("throw $xdr.unknownArm(\"" + label + "\", " + number + ");");
    }
    line("}");
  }

  private void arm(boolean encoding, Union union, Optional<Declaration> declaration) {
    declaration.ifPresent(
        arm -> field(encoding, "this." + arm.name(), union.name() + "." + arm.name(), arm));
    line("break;");
  }

  private void field(boolean encoding, String field, String label, Declaration declaration) {
    String name = '"' + label + '"';
    if (encoding) {
      encode(field, name, declaration);
    } else {
      decode(field, name, declaration);
    }
  }

  private void encode(String field, String name, Declaration declaration) {
    String type = declaration.type();
    int size = declaration.size();
    boolean isEnum = useEnum(type);
    String syllable = SYLLABLE.get(type);
    String tail = isEnum ? ", $" + type + ");" : ");";
    switch (declaration.shape()) {
      case SINGLE -> {
        if (isEnum) {
          line("$xdr.writeEnum(" + name + ", " + field + tail);
        } else if (syllable != null) {
          line("$xdr.write" + syllable + "(" + field + ");");
        } else {
          line(encodeElement(field, name, type));
        }
      }
      case OPTIONAL -> {
        line("$xdr.writeBoolean(" + field + " != null);");
        line("if (" + field + " != null) {");
        line(encodeElement(field, name, type));
        line("}");
      }
      case FIXED, VARIABLE -> {
        boolean fixed = declaration.shape() == XdrDefinitions.Shape.FIXED;
        String write = "$xdr.write" + (fixed ? "Fixed" : "");
        String arguments = "(" + name + ", " + field + ", " + size;
        if (type.equals("opaque")) {
          line(write + "Opaque" + arguments + ");");
        } else if (type.equals("string")) {
          line(write + "String" + arguments + ");");
        } else if (isEnum) {
          line(write + "EnumArray" + arguments + tail);
        } else if (syllable != null) {
          line(write + syllable + "Array" + arguments + ");");
        } else {
          String java = javaType(declaration);
          line("{ " + java + "[] $all = $xdr.require(" + name + ", " + field + ");");
          line(
              "$xdr."
                  + (fixed ? "checkFixed" : "writeCount")
                  + "("
                  + name
                  + ", $all.length, "
                  + size
                  + ");");
          line("for (" + java + " $one : $all) {");
          line(encodeElement("$one", name, type));
          line("} }");
        }
      }
    }
  }

  private String encodeElement(String expression, String name, String type) {
    return bulkTypes.contains(type)
        ? "$xdr.writeBulk(" + name + ", " + expression + ", " + bulkBound(type) + ");"
        : "$xdr.require(" + name + ", " + expression + ").xdrEncode(xdr);";
  }

  private void decode(String field, String name, Declaration declaration) {
    String type = declaration.type();
    int size = declaration.size();
    boolean isEnum = useEnum(type);
    String syllable = SYLLABLE.get(type);
    String tail = isEnum ? ", $" + type + ");" : ");";
    switch (declaration.shape()) {
      case SINGLE -> {
        if (isEnum) {
          line(field + " = $xdr.readEnum(" + name + tail);
        } else if (syllable != null) {
          line(field + " = $xdr.read" + syllable + "(" + name + ");");
        } else {
          line(field + " = " + decodeElement(name, type) + ";");
        }
      }
      case OPTIONAL ->
          line(
              field
                  + " = $xdr.readBoolean("
                  + name
                  + ") ? "
                  + decodeElement(name, type)
                  + " : null;");
      case FIXED, VARIABLE -> {
        boolean fixed = declaration.shape() == XdrDefinitions.Shape.FIXED;
        String read = field + " = $xdr.read" + (fixed ? "Fixed" : "");
        String arguments = "(" + name + ", " + size;
        if (type.equals("opaque")) {
          line(read + "Opaque" + arguments + ");");
        } else if (type.equals("string")) {
          line(read + "String" + arguments + ");");
        } else if (isEnum) {
          line(read + "EnumArray" + arguments + tail);
        } else if (syllable != null) {
          line(read + syllable + "Array" + arguments + ");");
        } else {
          int min = definitions.minBytes(type);
          String bounds = "(" + name + ", " + size + ", " + min + ");";
          line(
              fixed
                  ? "{ int $count = " + size + "; $xdr.checkFixed" + bounds
                  : "{ int $count = $xdr.readCount" + bounds);
          line(field + " = new " + javaType(declaration) + "[$count];");
          line("for (int $i = 0; $i < $count; $i++) {");
          line(field + "[$i] = " + decodeElement(name, type) + ";");
          line("} }");
        }
      }
    }
  }

  private String decodeElement(String name, String type) {
    return bulkTypes.contains(type)
        ? "$xdr.readBulk(" + name + ", " + bulkBound(type) + ")"
        : "new " + type + "(xdr)";
  }

  private int bulkBound(String type) {
    return definitions
        .find(type)
        .filter(Typedef.class::isInstance)
        .map(found -> ((Typedef) found).declaration().size())
        .orElseThrow();
  }

  private boolean useEnum(String type) {
    boolean isEnum = definitions.isEnum(type);
    if (isEnum) {
      enumsUsed.add(type);
    }
    return isEnum;
  }

  private void line(String text) {
    out.append("        ").append(text).append('\n');
  }
}
