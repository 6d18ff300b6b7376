package seatkeeper.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import seatkeeper.worker.intake.WorkerSimulation.Path;
import seatkeeper.worker.intake.WorkerSimulation.Rule;
import seatkeeper.worker.ledger.SimulatedTables.Guard;

class WorkerSimulationTest {

    private static final long SEED =
            Long.getLong("seed", ThreadLocalRandom.current().nextLong(1L << 40));

    private static final Set<Guard> GUARDS = EnumSet.allOf(Guard.class);
    private static final Set<Rule> RULES = EnumSet.allOf(Rule.class);

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("seatkeeper.worker");

    /** Thousands of dead letters are warned of. */
    @BeforeAll
    static void quiet() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        LOG.setLevel(null);
    }

    @Test
    void nothingIsLostAndNothingHappensTwice() {
        simulate(Integer.getInteger("simulations", 1_500));
    }

    @Test
    @Tag("long")
    void nothingIsLostAndNothingHappensTwiceInThousands() {
        simulate(Integer.getInteger("simulations", 10_000));
    }

    private static void simulate(int simulations) {
        Map<Path, Integer> paths = new EnumMap<>(Path.class);
        for (long seed = SEED; seed < SEED + simulations; seed++) {
            WorkerSimulation.run(seed, GUARDS, RULES).forEach((path, count) -> paths.merge(path, count, Integer::sum));
        }
        System.out.println(simulations + " simulations from seed " + SEED + ": " + paths);
        if (simulations > 1_000) {
            assertThat(paths).containsOnlyKeys(Path.values());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMissingGuardOfTheTablesIsCaught(Guard missing) {
        assertCaught(EnumSet.complementOf(EnumSet.of(missing)), RULES);
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenRuleOfTheContainerIsCaught(Rule broken) {
        assertCaught(GUARDS, EnumSet.complementOf(EnumSet.of(broken)));
    }

    private static void assertCaught(Set<Guard> guards, Set<Rule> rules) {
        assertThatThrownBy(() -> {
                    for (long seed = 0; seed < 2_000; seed++) {
                        WorkerSimulation.run(seed, guards, rules);
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dseed=");
    }
}
