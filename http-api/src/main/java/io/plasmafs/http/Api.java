package io.plasmafs.http;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.http.cluster.ApiDescription;
import io.plasmafs.http.cluster.ClusterState;
import io.plasmafs.http.commits.Commits;
import io.plasmafs.http.commits.Housekeeping;
import io.plasmafs.http.commits.Uploads;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.http.exchange.Route;
import io.plasmafs.http.files.CommittedScope;
import io.plasmafs.http.files.DeleteFile;
import io.plasmafs.http.files.FileSender;
import io.plasmafs.http.files.PatchFile;
import io.plasmafs.http.files.PostFile;
import io.plasmafs.http.files.PromptRead;
import io.plasmafs.http.files.PutFile;
import io.plasmafs.http.files.ReadFile;
import io.plasmafs.http.files.Scope;
import io.plasmafs.http.files.TransferBuffers;
import io.plasmafs.http.files.Uploading;
import io.plasmafs.http.files.WriteLocks;
import io.plasmafs.http.transactions.OpenTransactions;
import io.plasmafs.http.transactions.Transactions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Everything that is served, and by whom: the graph of handlers, and the table of routes.
final class Api implements AutoCloseable {
  private static final String FILES = "/fs/{path*}";

  private final List<Route> routes = new ArrayList<>();
  private final PlasmaClient client;
  private final FileSender sender;
  private final Uploading uploading;
  private final OpenTransactions open;
  private final Housekeeping housekeeping;

  /// @param doors what is served beside the API
  Api(PlasmaClient client, HttpGatewayConfig config, List<Door> doors) {
    this.client = client;
    this.sender = new FileSender(new TransferBuffers(config.largeBuffers()));
    this.uploading = new Uploading(config.uploads());
    WriteLocks locks = WriteLocks.all(doors.stream().map(Door::locks).toList());
    this.open = new OpenTransactions(client, config.transactions(), locks);
    this.housekeeping = new Housekeeping(client, InstantSource.system());
    CommittedScope committed = new CommittedScope(client, locks);
    Handler read = new ReadFile(exchange -> committed, sender);
    files("/v1" + FILES, "", exchange -> committed, new PromptRead(client, sender, read));
    files(
        "/v1/tx/{id}" + FILES, "InTransaction", open.scopes(), new ReadFile(open.scopes(), sender));
    transactions(new Transactions(open, client.principal().user()));
    commits(new Commits(client, locks), new Uploads(client, committed, uploading));
    cluster(new ClusterState(client));
    Door.Services services =
        new Door.Services(client, exchange -> committed, open.scopes(), sender);
    for (Door door : doors) {
      routes.addAll(door.routes(services));
    }
  }

  /// The routes of files, once for each place where files are.
  private void files(String template, String suffix, Scope.Source scopes, Handler read) {
    route("GET", template, "read" + suffix, read);
    route("HEAD", template, "look" + suffix, read);
    route(
        "PUT",
        template,
        "write" + suffix,
        new PutFile(scopes, uploading, client.cluster().inlineLimit()));
    route("DELETE", template, "delete" + suffix, new DeleteFile(scopes));
    route("PATCH", template, "patch" + suffix, new PatchFile(scopes, uploading));
    route("POST", template, "change" + suffix, new PostFile(scopes, uploading));
  }

  private void transactions(Transactions transactions) {
    route("POST", "/v1/tx", "openTransaction", transactions::open);
    route("GET", "/v1/tx/{id}", "showTransaction", transactions::show);
    route("DELETE", "/v1/tx/{id}", "abortTransaction", transactions::abort);
    route("POST", "/v1/tx/{id}/renew", "renewTransaction", transactions::renew);
    route("POST", "/v1/tx/{id}/commit", "commitTransaction", transactions::commit);
  }

  private void commits(Commits commits, Uploads uploads) {
    route("POST", "/v1/commit", "commit", commits::commit);
    route("GET", "/v1/commit/by-key/{key}", "showCommit", commits::outcome);
    route("POST", "/v1/uploads", "upload", uploads::take);
    route("GET", "/v1/uploads/{id}", "showUpload", uploads::show);
    route("DELETE", "/v1/uploads/{id}", "dropUpload", uploads::drop);
  }

  private void cluster(ClusterState state) {
    route("GET", "/v1/cluster", "showCluster", state::show);
    route("GET", "/v1/health/live", "isLive", state::live);
    route("GET", "/v1/health/ready", "isReady", state::ready);
    route("GET", "/openapi.json", "describeApi", ApiDescription.document());
    route("GET", "/", "showApi", ApiDescription.page());
    route("GET", "/openapi.js", "scriptOfPage", ApiDescription.script());
  }

  private void route(String method, String template, String operation, Handler handler) {
    routes.add(new Route(method, template, operation, handler));
  }

  List<Route> routes() {
    return routes;
  }

  /// Aborts what is open.
  @Override
  public void close() {
    housekeeping.close();
    open.close();
  }
}
