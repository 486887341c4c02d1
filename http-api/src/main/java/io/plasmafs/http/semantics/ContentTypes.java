package io.plasmafs.http.semantics;

import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// What kind of content a file has: as stored with it, else by its name.
public final class ContentTypes {
  /// The extended attribute that keeps a file's type, as other desktops and servers name it.
  public static final XattrName ATTRIBUTE = XattrName.of("user.mime_type");

  /// The longest type that is stored, in characters.
  public static final int MAX_LENGTH = 255;

  /// Bytes of no known kind.
  public static final String UNKNOWN = "application/octet-stream";

  private static final Map<String, String> BY_EXTENSION = new HashMap<>();

  private static void add(String type, String... extensions) {
    for (String extension : extensions) {
      BY_EXTENSION.put(extension, type);
    }
  }

  static {
    add("text/plain; charset=utf-8", "txt", "text", "log", "conf", "cfg", "ini", "properties");
    add("text/markdown; charset=utf-8", "md");
    add("text/html; charset=utf-8", "html", "htm");
    add("text/css; charset=utf-8", "css");
    add("text/csv; charset=utf-8", "csv");
    add("text/javascript; charset=utf-8", "js", "mjs");
    add("text/calendar; charset=utf-8", "ics");
    add("text/vcard; charset=utf-8", "vcf");
    add("application/json", "json", "map");
    add("application/x-ndjson", "ndjson", "jsonl");
    add("application/yaml", "yaml", "yml");
    add("application/toml", "toml");
    add("application/xml", "xml", "xsd", "xsl");
    add("application/pdf", "pdf");
    add("application/rtf", "rtf");
    add("application/wasm", "wasm");
    add("application/zip", "zip");
    add("application/gzip", "gz", "tgz");
    add("application/x-tar", "tar");
    add("application/x-bzip2", "bz2");
    add("application/x-xz", "xz");
    add("application/zstd", "zst");
    add("application/x-7z-compressed", "7z");
    add("application/java-archive", "jar");
    add("application/sql", "sql");
    add("application/epub+zip", "epub");
    add("application/msword", "doc");
    add("application/vnd.ms-excel", "xls");
    add("application/vnd.ms-powerpoint", "ppt");
    add("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx");
    add("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx");
    add("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx");
    add("application/vnd.oasis.opendocument.text", "odt");
    add("application/vnd.oasis.opendocument.spreadsheet", "ods");
    add("application/vnd.oasis.opendocument.presentation", "odp");
    add("application/vnd.apache.parquet", "parquet");
    add("image/png", "png");
    add("image/jpeg", "jpg", "jpeg");
    add("image/gif", "gif");
    add("image/webp", "webp");
    add("image/avif", "avif");
    add("image/svg+xml", "svg");
    add("image/bmp", "bmp");
    add("image/tiff", "tif", "tiff");
    add("image/vnd.microsoft.icon", "ico");
    add("audio/mpeg", "mp3");
    add("audio/ogg", "ogg", "oga", "opus");
    add("audio/flac", "flac");
    add("audio/wav", "wav");
    add("audio/mp4", "m4a");
    add("video/mp4", "mp4", "m4v");
    add("video/webm", "webm");
    add("video/x-matroska", "mkv");
    add("video/quicktime", "mov");
    add("font/woff", "woff");
    add("font/woff2", "woff2");
    add("font/ttf", "ttf");
    add("font/otf", "otf");
  }

  private ContentTypes() {}

  /// The type of a file of this name.
  public static String byName(Name name) {
    String text = name.text();
    int dot = text.lastIndexOf('.');
    return dot < 1
        ? UNKNOWN
        : BY_EXTENSION.getOrDefault(text.substring(dot + 1).toLowerCase(Locale.ROOT), UNKNOWN);
  }

  /// Whether a request's `Content-Type` says something about the content: not what programs send
  /// without having been told (`curl --data-binary` calls everything a form), and nothing that
  /// could break a header.
  public static boolean isWorthStoring(String type) {
    return !type.isBlank()
        && type.length() <= MAX_LENGTH
        && type.chars().allMatch(c -> c >= 0x20 && c < 0x7f)
        && !type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
  }

  /// A stored type, if it can stand in a header.
  public static boolean isSafe(String type) {
    return !type.isBlank()
        && type.length() <= MAX_LENGTH
        && type.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
  }
}
