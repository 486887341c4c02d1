package io.plasmafs.distribution;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import org.jspecify.annotations.NullMarked;

/// Keeps each library in its home, the gateways above the client, and packages free of cycles.
///
/// This module sees every other one that ships, so the rules are written once, here. A class that
/// needs a library elsewhere belongs in that library's home; a new home is a decision to write
/// down.
@AnalyzeClasses(packages = "io.plasmafs", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  /// In-process clusters for tests: allowed to see both sides.
  private static final String TESTKIT = "io.plasmafs.testkit..";

  /// The embedded cluster starts PostgreSQL itself.
  private static final String EMBEDDED = "io.plasmafs.distribution..";

  /// The wire, and nothing but the wire, is Netty's. Who moves bulk data may hold its buffers.
  @ArchTest
  static final ArchRule nettyStaysInOncrpc =
      CompositeArchRule.of(
              onlyUsedIn(
                      describedPackages("Netty's buffers", "io.netty.buffer..", "io.netty.util.."))
                  .by(
                      "io.plasmafs.oncrpc..",
                      "io.plasmafs.protocol..",
                      "io.plasmafs.datanode..",
                      "io.plasmafs.client..",
                      TESTKIT))
          .and(onlyUsedIn(nettyButItsBuffers()).by("io.plasmafs.oncrpc.."));

  /// remotetea does not check lengths; only code that does may see it.
  @ArchTest
  static final ArchRule remoteteaStaysInOncrpcAndProtocol =
      onlyUsedIn(describedPackages("remotetea", "org.acplt.."))
          .by("io.plasmafs.oncrpc..", "io.plasmafs.protocol..");

  /// SQL has one package.
  @ArchTest
  static final ArchRule sqlStaysInTheStore =
      onlyUsedIn(
              describedPackages(
                  "SQL",
                  "java.sql..",
                  "javax.sql..",
                  "org.postgresql..",
                  "com.zaxxer.hikari..",
                  "org.flywaydb.."))
          .by("io.plasmafs.namenode.store..", "io.plasmafs.postgres..", TESTKIT);

  @ArchTest
  static final ArchRule embeddedPostgresIsForTheEmbeddedClusterAndTests =
      onlyUsedIn(describedPackages("embedded PostgreSQL", "io.zonky..")).by(EMBEDDED, TESTKIT);

  @ArchTest
  static final ArchRule picocliStaysInTheCommand =
      onlyUsedIn(describedPackages("picocli", "picocli..")).by("io.plasmafs.cli..", EMBEDDED);

  @ArchTest
  static final ArchRule jacksonStaysWhereJsonIsSpoken =
      onlyUsedIn(describedPackages("Jackson", "com.fasterxml.jackson.."))
          .by("io.plasmafs.cli..", "io.plasmafs.http..", EMBEDDED);

  /// The server is one place, and what is served over HTTP is two.
  @ArchTest
  static final ArchRule jettyStaysInTheDoorsOfHttp =
      onlyUsedIn(describedPackages("Jetty", "org.eclipse.jetty.."))
          .by("io.plasmafs.http..", "io.plasmafs.webdav..");

  /// Who remembers something, and forgets it again to stay within its bounds, says so in a package
  /// of its own.
  @ArchTest
  static final ArchRule caffeineStaysInTheCaches =
      onlyUsedIn(describedPackages("Caffeine", "com.github.benmanes.caffeine.."))
          .by("io.plasmafs.client.cache..", "io.plasmafs.namenode.cache..");

  /// Gateways and the command reach the cluster through the client alone.
  @ArchTest
  static final ArchRule doorsSeeOnlyTheClient =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.plasmafs.client..",
              "io.plasmafs.cli..",
              "io.plasmafs.http..",
              "io.plasmafs.webdav..",
              "io.plasmafs.nfs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.plasmafs.namenode..", "io.plasmafs.datanode..")
          .allowEmptyShould(true);

  /// Namenode and datanode know each other only by the protocol.
  @ArchTest
  static final ArchRule namenodeAndDatanodeAreStrangers =
      CompositeArchRule.of(
              noClasses()
                  .that()
                  .resideInAPackage("io.plasmafs.namenode..")
                  .should()
                  .dependOnClassesThat()
                  .resideInAPackage("io.plasmafs.datanode..")
                  .allowEmptyShould(true))
          .and(
              noClasses()
                  .that()
                  .resideInAPackage("io.plasmafs.datanode..")
                  .should()
                  .dependOnClassesThat()
                  .resideInAPackage("io.plasmafs.namenode..")
                  .allowEmptyShould(true));

  @ArchTest
  static final ArchRule modelDependsOnNothing =
      classes()
          .that()
          .resideInAPackage("io.plasmafs.model..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.plasmafs.model..", "java..", "org.jspecify.annotations..");

  @ArchTest
  static final ArchRule oncrpcKnowsNothingAboutFiles =
      noClasses()
          .that()
          .resideInAPackage("io.plasmafs.oncrpc..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.plasmafs..")
                  .and(resideOutsideOfPackages("io.plasmafs.oncrpc..")))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule packagesAreFreeOfCycles =
      slices().matching("io.plasmafs.(**)").should().beFreeOfCycles();

  /// Without the annotation NullAway's view and the reader's differ.
  @ArchTest
  static final ArchRule everyPackageSaysWhatMayBeNull =
      classes()
          .that(
              describe(
                  "are not generated",
                  c -> !c.getPackageName().startsWith("io.plasmafs.protocol.xdr")))
          .should(
              ArchCondition.from(
                  describe(
                      "live in a @NullMarked package",
                      c -> c.getPackage().isAnnotatedWith(NullMarked.class))));

  private static DescribedPredicate<JavaClass> describedPackages(String name, String... packages) {
    return resideInAnyPackage(packages).as(name);
  }

  private static DescribedPredicate<JavaClass> nettyButItsBuffers() {
    return resideInAnyPackage("io.netty..")
        .and(resideOutsideOfPackages("io.netty.buffer..", "io.netty.util.."))
        .as("Netty beyond its buffers");
  }

  private static Home onlyUsedIn(DescribedPredicate<JavaClass> library) {
    return homes ->
        noClasses()
            .that(resideOutsideOfPackages(homes))
            .should()
            .dependOnClassesThat(library)
            .allowEmptyShould(true);
  }

  /// The packages that may use a library.
  @FunctionalInterface
  private interface Home {
    ArchRule by(String... packages);
  }
}
