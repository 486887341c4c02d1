package io.plasmafs.webdav.property;

import io.plasmafs.client.Namespace;
import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.webdav.xml.BadXmlException;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import io.plasmafs.webdav.xml.XmlReader;
import io.plasmafs.webdav.xml.XmlWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Properties that clients set, as extended attributes of the inode: so they follow a file through
/// renames by any door, and are gone with it.
///
/// The attribute's name is `dav.{namespace}local`, or, where that has more than 255 bytes, `dav#`
/// and its SHA-256 in hexadecimal digits. Its value is the property's element as XML in UTF-8.
public final class DeadProperties {
  private static final Logger LOG = LoggerFactory.getLogger(DeadProperties.class);
  private static final String PREFIX = "dav.";
  private static final String HASHED = "dav#";
  private static final int BATCH = 1000;

  private DeadProperties() {}

  /// The attribute that holds a property.
  public static XattrName attribute(XmlName property) {
    byte[] name = (PREFIX + property).getBytes(StandardCharsets.UTF_8);
    if (name.length <= XattrName.MAX_BYTES) {
      return XattrName.of(name);
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name);
      return XattrName.of(HASHED + HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Whether an attribute holds a property.
  public static boolean isProperty(XattrName attribute) {
    String name = attribute.toString();
    return name.startsWith(PREFIX) || name.startsWith(HASHED);
  }

  /// Sets a property.
  ///
  /// @throws FsException EFBIG if it is larger than an extended attribute can be
  public static Operation set(Location where, XmlElement property) {
    byte[] value = XmlWriter.fragment(property).getBytes(StandardCharsets.UTF_8);
    if (value.length > XattrName.MAX_VALUE_BYTES) {
      throw new FsException(
          FsStatus.EFBIG,
          "the property "
              + property.name()
              + " has "
              + value.length
              + " bytes: at most "
              + XattrName.MAX_VALUE_BYTES
              + " are allowed");
    }
    return new Operation.SetXattr(
        where, true, Operation.XattrMode.SET, attribute(property.name()), Bytes.wrap(value));
  }

  /// Properties of many inodes, in few round trips, and the media types stored with them as if they
  /// were such. What is gone has none.
  public static Map<InodeId, Map<XmlName, XmlElement>> read(Namespace view, List<InodeId> inodes) {
    List<Operation.GetXattr> values = new ArrayList<>();
    Map<InodeId, Map<XmlName, XmlElement>> properties = new HashMap<>();
    List<Operation> lists = new ArrayList<>();
    for (InodeId inode : inodes) {
      lists.add(new Operation.ListXattrs(Location.of(inode), true));
    }
    List<Outcome> names = tolerant(view, lists);
    for (int i = 0; i < inodes.size(); i++) {
      if (names.get(i) instanceof Outcome.Names(List<XattrName> all)) {
        for (XattrName name : all) {
          if (isProperty(name) || name.equals(ContentTypes.ATTRIBUTE)) {
            values.add(new Operation.GetXattr(Location.of(inodes.get(i)), true, name));
          }
        }
      }
    }
    List<Outcome> found = tolerant(view, List.copyOf(values));
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i) instanceof Outcome.Value(Bytes bytes)
          && values.get(i).where().base() instanceof Location.Base.Inode(InodeId inode)) {
        Map<XmlName, XmlElement> own =
            properties.computeIfAbsent(inode, id -> new LinkedHashMap<>());
        if (values.get(i).name().equals(ContentTypes.ATTRIBUTE)) {
          String type = new String(bytes.unsafeArray(), StandardCharsets.UTF_8);
          if (ContentTypes.isSafe(type)) {
            own.put(
                LiveProperties.CONTENT_TYPE, XmlElement.ofText(LiveProperties.CONTENT_TYPE, type));
          }
        } else {
          add(own, inode, bytes);
        }
      }
    }
    return properties;
  }

  private static void add(Map<XmlName, XmlElement> to, InodeId inode, Bytes value) {
    try {
      XmlReader.read(new ByteArrayInputStream(value.unsafeArray()))
          .ifPresent(element -> to.put(element.name(), element));
    } catch (IOException | BadXmlException e) {
      LOG.warn("{} has a property that is no XML, which is left out: {}", inode, e.getMessage());
    }
  }

  /// Runs operations that do not depend on one another; one that fails is left out alone.
  ///
  /// @return an outcome for each; that of one that failed is [Outcome.Done]
  private static List<Outcome> tolerant(Namespace view, List<Operation> operations) {
    List<Outcome> outcomes = new ArrayList<>(operations.size());
    while (outcomes.size() < operations.size()) {
      int end = Math.min(operations.size(), outcomes.size() + BATCH);
      Answer answer = await(view, operations.subList(outcomes.size(), end));
      outcomes.addAll(answer.outcomes());
      if (answer.failure().isPresent()) {
        FsException cause = answer.failure().get().cause();
        boolean gone =
            cause.status() == FsStatus.ENOENT
                || cause.status() == FsStatus.ESTALE
                || cause.status() == FsStatus.ENOATTR
                || cause.status() == FsStatus.EACCES;
        if (!gone || answer.failure().get().operation() < 0) {
          throw cause;
        }
        outcomes.add(new Outcome.Done());
      }
    }
    return outcomes;
  }

  private static Answer await(Namespace view, List<Operation> operations) {
    try {
      return view.submit(operations).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FsException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
