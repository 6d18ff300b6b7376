package seatkeeper.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import seatkeeper.faults.Run.Plan;
import seatkeeper.faults.Run.Verdict;

/**
 * Nothing lost, nothing twice, whatever fails. Properties: {@code faults.seed}, {@code faults.length} (ISO 8601),
 * {@code faults.kinds} (names of {@link Fault}, separated by commas), {@code faults.clients}, {@code faults.pause}
 * (milliseconds of a client between two orders), {@code faults.away} (milliseconds Postgres stays away at most).
 */
class FaultsIT {

    /** From here on there is time for long faults. */
    private static final Duration THOROUGH = Duration.ofMinutes(5);

    private static final long SEED =
            Long.getLong("faults.seed", ThreadLocalRandom.current().nextLong(1L << 40));

    @Test
    void nothingIsLostAndNothingHappensTwice() throws Exception {
        Duration length = Duration.parse(System.getProperty("faults.length", "PT60S"));
        Set<Fault> faults = kinds();
        System.out.println("faults.seed=" + SEED + " for " + length);
        Plan plan = new Plan(
                SEED,
                length,
                faults,
                List.of(),
                length.compareTo(THOROUGH) >= 0,
                Integer.getInteger("faults.clients", 12),
                Integer.getInteger("faults.pause", 25));
        Verdict verdict;
        Disk disk = new Disk(faults.contains(Fault.POSTGRES_DISK_FULL));
        try (disk;
                Cluster cluster = new Cluster(disk.folder(), disk.postgres(), List.of())) {
            verdict = Run.of(plan, cluster, disk);
        }
        System.out.println(verdict.report());
        assertThat(verdict.violations())
                .as("again: -Dfaults.seed=%d; logs: %s", SEED, disk.folder())
                .isEmpty();
        disk.delete();
    }

    private static Set<Fault> kinds() {
        String names = System.getProperty("faults.kinds", "");
        return names.isEmpty()
                ? EnumSet.allOf(Fault.class)
                : Stream.of(names.split(","))
                        .map(Fault::valueOf)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
    }
}
