package io.plasmafs.webdav;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.webdav.header.Depth;
import io.plasmafs.webdav.lock.LockTable;
import io.plasmafs.webdav.property.DeadProperties;
import io.plasmafs.webdav.property.LiveProperties;
import io.plasmafs.webdav.property.Quota;
import io.plasmafs.webdav.property.Resource;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import io.plasmafs.webdav.xml.XmlWriter;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tells properties of a resource and its members (RFC 4918 section 9.1). Members are fetched and
/// written page by page: the memory needed does not grow with the collection.
record PropfindMethod(LockTable locks, InstantSource clock) implements DavMethod {
  private static final int PAGE = 1000;

  @Override
  public void handle(DavRequest request) throws Exception {
    Depth depth = request.depth(Depth.INFINITY);
    PropfindBody asked = PropfindBody.of(request.xml());
    Namespace view = request.view();
    Attributes attributes = request.require(view);
    if (depth == Depth.INFINITY && attributes.isDirectory()) {
      throw DavException.condition(
          403, "propfind-finite-depth", "Depth: infinity is refused; ask with 0 or 1");
    }
    try (Answer answer = new Answer(request, view, asked)) {
      answer.add(List.of(new Member(request.path(), attributes)));
      if (depth == Depth.ONE && attributes.isDirectory()) {
        members(view, request.path(), answer);
      }
      answer.complete();
    }
  }

  private static void members(Namespace view, FsPath directory, Answer answer) throws IOException {
    Optional<Name> after = Optional.empty();
    for (; ; ) {
      Outcome.Listing page;
      try {
        page = view.listPage(directory, after, PAGE, true);
      } catch (FsException e) {
        if (e.status() == FsStatus.ENOENT && after.isPresent()) {
          return; // Removed while it was listed.
        }
        throw e;
      }
      answer.add(resolved(view, directory, page.entries()));
      if (page.complete() || page.entries().isEmpty()) {
        return;
      }
      after = Optional.of(page.entries().get(page.entries().size() - 1).name());
    }
  }

  /// Members as a reader of URLs sees them: symbolic links are what they lead to; those that lead
  /// nowhere are left out.
  private static List<Member> resolved(
      Namespace view, FsPath directory, List<Outcome.Entry> entries) {
    List<Member> members = new ArrayList<>(entries.size());
    List<FsPath> links = new ArrayList<>();
    for (Outcome.Entry entry : entries) {
      FsPath path = directory.resolve(entry.name());
      Attributes attributes = entry.attributes().orElseThrow();
      if (attributes.isSymlink()) {
        links.add(path);
      } else if (!SystemDirectory.isHidden(path)) {
        members.add(new Member(path, attributes));
      }
    }
    if (!links.isEmpty()) {
      List<Outcome.Found> targets = view.statMany(links, true);
      for (int i = 0; i < links.size(); i++) {
        FsPath path = links.get(i);
        targets.get(i).attributes().ifPresent(target -> members.add(new Member(path, target)));
      }
    }
    return members;
  }

  private record Member(FsPath path, Attributes attributes) {}

  /// The answer as it is written.
  private final class Answer implements AutoCloseable {
    private final DavRequest request;
    private final Namespace view;
    private final PropfindBody asked;
    private final LiveProperties live;
    private final boolean minimal;
    private final LockTable.Snapshot snapshot;
    private @Nullable Quota quota;
    private @Nullable XmlWriter xml;

    Answer(DavRequest request, Namespace view, PropfindBody asked) {
      this.request = request;
      this.view = view;
      this.asked = asked;
      this.live = new LiveProperties(clock, this::quota, lock -> request.href(lock.root(), false));
      this.minimal = request.header("Prefer").orElse("").contains("return=minimal");
      this.snapshot =
          asked.wants(LiveProperties.LOCK_DISCOVERY) ? locks.all(view) : LockTable.Snapshot.NONE;
    }

    private Quota quota() {
      Quota known = quota;
      if (known == null) {
        known = Quota.of(view, 1);
        quota = known;
      }
      return known;
    }

    void add(List<Member> members) throws IOException {
      boolean wantsDead = asked.wantsDead();
      Map<InodeId, Map<XmlName, XmlElement>> dead =
          wantsDead
              ? DeadProperties.read(
                  view, members.stream().map(member -> member.attributes().inode()).toList())
              : Map.of();
      XmlWriter out = begun();
      for (Member member : members) {
        Map<XmlName, XmlElement> own = dead.getOrDefault(member.attributes().inode(), Map.of());
        write(
            out,
            new Resource(
                member.path(), member.attributes(), own, snapshot.covering(member.path())));
      }
      out.flush();
    }

    private XmlWriter begun() throws IOException {
      XmlWriter out = xml;
      if (out == null) {
        if (minimal) {
          request.exchange().header("Preference-Applied", "return=minimal");
        }
        out = request.answer(207);
        xml = out;
        out.start("multistatus");
      }
      return out;
    }

    private void write(XmlWriter out, Resource resource) throws IOException {
      out.start("response");
      out.textElement("href", request.href(resource.path(), resource.attributes().isDirectory()));
      List<XmlElement> found = new ArrayList<>();
      List<XmlName> missing = new ArrayList<>();
      for (XmlName name : asked.names(resource)) {
        Optional<XmlElement> value =
            LiveProperties.isLive(name)
                ? live.value(name, resource)
                : Optional.ofNullable(resource.dead().get(name));
        if (value.isPresent()) {
          found.add(asked.namesOnly() ? XmlElement.ofText(name, "") : value.get());
        } else if (asked.isByName()) {
          missing.add(name);
        }
      }
      if (!found.isEmpty() || missing.isEmpty()) {
        out.start("propstat").start("prop");
        for (XmlElement property : found) {
          out.element(property);
        }
        out.end().textElement("status", "HTTP/1.1 200 OK").end();
      }
      if (!missing.isEmpty() && !(minimal && !found.isEmpty())) {
        out.start("propstat").start("prop");
        for (XmlName name : missing) {
          out.empty(name);
        }
        out.end().textElement("status", "HTTP/1.1 404 Not Found").end();
      }
      out.end();
    }

    void complete() throws IOException {
      XmlWriter out = begun();
      out.end();
      out.close();
    }

    /// Does not close the writer: an answer that is not complete must look like it.
    @Override
    public void close() {}
  }
}
