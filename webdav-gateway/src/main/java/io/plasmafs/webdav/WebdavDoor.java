package io.plasmafs.webdav;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.http.Door;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.http.exchange.Route;
import io.plasmafs.http.files.PromptRead;
import io.plasmafs.http.files.Scope;
import io.plasmafs.http.files.SystemDirectory;
import io.plasmafs.http.files.WriteLocks;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.FsPath;
import io.plasmafs.webdav.header.IfHeader;
import io.plasmafs.webdav.lock.LockTable;
import io.plasmafs.webdav.lock.LocksForOthers;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The routes of this door: all methods for the committed files below `/dav`, and for the inside of
/// an open transaction below `/dav-tx/{id}`.
public final class WebdavDoor implements Door {
  /// The beginning of the paths of committed files.
  public static final String PREFIX = "/dav";

  /// The beginning of the paths of transactions.
  public static final String TRANSACTIONS = "/dav-tx";

  private final InstantSource clock;
  private final boolean contentRange;

  /// @param clock for the ends of locks
  /// @param contentRange whether PUT with Content-Range is taken as Apache takes it
  public WebdavDoor(InstantSource clock, boolean contentRange) {
    this.clock = clock;
    this.contentRange = contentRange;
  }

  @Override
  public WriteLocks locks() {
    return new LocksForOthers(new LockTable(clock, false));
  }

  @Override
  public List<Route> routes(Services services) {
    List<Route> routes = new ArrayList<>();
    Map<String, DavMethod> committed = methods(services, new LockTable(clock, false));
    committed.forEach((name, method) -> {
      Handler handler = exchange -> serve(method, exchange, services.committed(), PREFIX);
      routes.add(
          new Route(
              name,
              PREFIX + "/{path*}",
              name.toLowerCase(Locale.ROOT) + "Dav",
              method instanceof GetMethod
                  ? new PromptRead(services.client(), services.files(), handler)
                  : handler));
    });
    methods(services, new LockTable(clock, true))
        .forEach((name, method) ->
            routes.add(
                new Route(
                    name,
                    TRANSACTIONS + "/{id}/{path*}",
                    name.toLowerCase(Locale.ROOT) + "DavInTransaction",
                    exchange ->
                        serve(
                            method,
                            exchange,
                            services.transactions(),
                            TRANSACTIONS + "/" + exchange.variable("id")))));
    OptionsMethod options = new OptionsMethod(allowed(committed));
    routes.add(new Route("OPTIONS", "/", "optionsDavRoot", options::answer));
    return routes;
  }

  private Map<String, DavMethod> methods(Services services, LockTable locks) {
    PlasmaClient client = services.client();
    Guards guards = new Guards(locks);
    PartialWrites partialWrites = new PartialWrites(guards, contentRange);
    GetMethod get = new GetMethod(services.files(), new CollectionPage());
    Map<String, DavMethod> methods = new LinkedHashMap<>();
    methods.put("GET", get);
    methods.put("HEAD", get);
    methods.put("PUT", new PutMethod(guards, locks, partialWrites, client.cluster().inlineLimit()));
    methods.put("PATCH", partialWrites);
    methods.put("DELETE", new DeleteMethod(guards));
    methods.put("MKCOL", new MkcolMethod(guards));
    methods.put("COPY", new CopyMoveMethod(guards, false));
    methods.put("MOVE", new CopyMoveMethod(guards, true));
    methods.put("PROPFIND", new PropfindMethod(locks, clock));
    methods.put("PROPPATCH", new ProppatchMethod(guards));
    methods.put("LOCK", new LockMethod(guards, locks, client, clock, client.principal().user()));
    methods.put("UNLOCK", new UnlockMethod(guards, locks));
    methods.put("OPTIONS", new OptionsMethod(allowed(methods)));
    return methods;
  }

  private static String allowed(Map<String, DavMethod> methods) {
    Set<String> names = new TreeSet<>(methods.keySet());
    names.add("OPTIONS");
    return String.join(", ", names);
  }

  private static void serve(DavMethod method, Exchange exchange, Scope.Source scopes, String prefix)
      throws Exception {
    try (Scope scope = scopes.of(exchange)) {
      String raw = exchange.variable("path");
      FsPath path = PathText.parse(raw);
      if (SystemDirectory.hides(path)) {
        throw new DavException(404, path + " does not exist");
      }
      IfHeader ifHeader = IfHeader.parse(exchange.header("If"));
      method.handle(new DavRequest(exchange, scope, prefix, path, raw.endsWith("/"), ifHeader));
    } catch (Exception e) {
      Optional<DavException> known = Problems.of(e);
      if (exchange.isCommitted() || known.isEmpty()) {
        throw e;
      }
      Problems.answer(exchange, known.get(), path -> prefix + PathText.format(path));
    }
  }
}
