package io.plasmafs.http.exchange;

import java.io.IOException;

/// The body of a request ended too early, was malformed, or came too slowly.
public final class BodyBroken extends IOException {
  private static final long serialVersionUID = 1L;

  BodyBroken(String message, Throwable cause) {
    super(message, cause);
  }
}
