package io.plasmafs.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// A form as `curl -F` sends it.
final class Form {
  static final Charset UTF_8 = StandardCharsets.UTF_8;

  private final String boundary;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Form(String boundary) {
    this.boundary = boundary;
  }

  static Form start(String boundary) {
    return new Form(boundary);
  }

  Form file(String name, String fileName, String type, byte[] content) {
    line("--" + boundary);
    line("Content-Disposition: form-data; name=\"" + name + "\"; filename=\"" + fileName + "\"");
    line("Content-Type: " + type);
    line("");
    out.writeBytes(content);
    line("");
    return this;
  }

  Form text(String name, String content) {
    line("--" + boundary);
    line("Content-Disposition: form-data; name=\"" + name + "\"");
    line("");
    line(content);
    return this;
  }

  byte[] bytes() {
    line("--" + boundary + "--");
    return out.toByteArray();
  }

  private void line(String text) {
    out.writeBytes((text + "\r\n").getBytes(UTF_8));
  }
}
