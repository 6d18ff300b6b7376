package seatkeeper.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;

/** What depends on what. */
@AnalyzeClasses(packages = "seatkeeper", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule DECISION_IS_PURE = classes()
            .that()
            .resideInAPackage("seatkeeper.worker.decision..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "seatkeeper.worker.decision..",
                    "seatkeeper.contract..",
                    "java.lang..",
                    "java.util..",
                    "java.time..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule DECISION_HAS_NO_CLOCK = noClasses()
            .that()
            .resideInAnyPackage("seatkeeper.worker.decision..", "seatkeeper.contract..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime");

    @ArchTest
    static final ArchRule CONTRACT_STANDS_ALONE = classes()
            .that()
            .resideInAPackage("seatkeeper.contract..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "seatkeeper.contract..", "java..", "org.jspecify..", "tools.jackson..", "com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule GATEWAY_HAS_NO_CYCLES =
            slices().matching("seatkeeper.gateway.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule WORKER_HAS_NO_CYCLES =
            slices().matching("seatkeeper.worker.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule APPLICATIONS_SHARE_ONLY_THE_CONTRACT = noClasses()
            .that()
            .resideInAPackage("seatkeeper.gateway..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("seatkeeper.worker..");

    @ArchTest
    static final ArchRule WORKER_NEEDS_NO_REDIS = noClasses()
            .that()
            .resideInAPackage("seatkeeper.worker..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("seatkeeper.gateway..", "org.springframework.data.redis..", "io.lettuce..");
}
