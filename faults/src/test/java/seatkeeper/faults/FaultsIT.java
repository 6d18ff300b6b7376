package seatkeeper.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import seatkeeper.faults.Marks.Protocol;
import seatkeeper.faults.Run.Pace;
import seatkeeper.faults.Run.Plan;
import seatkeeper.faults.Run.Verdict;
import seatkeeper.faults.Workload.Load;

/**
 * Nothing lost, nothing twice, whatever fails. Properties:
 *
 * <ul>
 *   <li>{@code faults.seed}
 *   <li>{@code faults.length} (ISO 8601), of the long run; from 5 minutes on all kinds strike, some for long, and answers are lost all the
 *       time
 *   <li>{@code faults.kinds}: names of {@link Fault}, separated by commas; with a minus, all but those
 *   <li>{@code faults.joined}, {@code faults.lasting}, {@code faults.lost}: see {@link Pace}
 *   <li>{@code faults.clients}, {@code faults.pause}: how many over HTTP, and the milliseconds between two of one's orders
 *   <li>{@code faults.rate}: commands a second in bulk over Kafka
 *   <li>{@code faults.mixed}: percent of the shows with commands from murmur2 and crc32 producers
 *   <li>{@code faults.away}: milliseconds Postgres stays away in {@link Fault#POSTGRES_AWAY}
 * </ul>
 */
class FaultsIT {

    private static final Duration THOROUGH = Duration.ofMinutes(5);

    private static final List<List<Fault>> SMOKE = List.of(
            List.of(Fault.WORKER_KILLED, Fault.REDIS_FLUSHED), List.of(Fault.POSTGRES_KILLED, Fault.GATEWAY_KILLED));

    /** What every build can afford: processes and servers killed. */
    @Test
    void nothingIsLostAndNothingHappensTwice() throws Exception {
        run(new Plan(
                seed(), Duration.ZERO, List.of(), SMOKE, Pace.SHORT, new Load(12, Duration.ofMillis(25), 100, 12)));
    }

    @Test
    @Tag("long")
    void nothingIsLostAndNothingHappensTwiceAtRandom() throws Exception {
        Duration length = Duration.parse(text("faults.length", "PT60S"));
        boolean isThorough = length.compareTo(THOROUGH) >= 0;
        Set<Fault> faults = kinds(isThorough);
        Load load = new Load(
                number("faults.clients", 12),
                Duration.ofMillis(number("faults.pause", 25)),
                number("faults.rate", isThorough ? 400 : 100),
                number("faults.mixed", 12));
        run(new Plan(seed(), length, faults, List.of(), pace(isThorough), load));
    }

    private static void run(Plan plan) throws Exception {
        System.out.println("faults.seed=" + plan.seed() + " for " + plan.length());
        Verdict verdict;
        Disk disk = new Disk(plan.faults().contains(Fault.POSTGRES_DISK_FULL));
        try (disk;
                Cluster cluster = new Cluster(disk.folder(), disk.postgres(), List.of())) {
            verdict = Run.of(plan, cluster, disk);
        }
        System.out.println(verdict.report());
        System.out.println(verdict.summary().line());
        verdict.summary().append();
        assertThat(verdict.violations())
                .as("again: -Dfaults.seed=%d; logs: %s", plan.seed(), disk.folder())
                .isEmpty();
        disk.delete();
    }

    private static long seed() {
        return Long.parseLong(
                text("faults.seed", String.valueOf(ThreadLocalRandom.current().nextLong(1L << 40))));
    }

    private static Set<Fault> kinds(boolean isThorough) {
        Set<Fault> all = isThorough ? EnumSet.allOf(Fault.class) : Fault.selection();
        List<String> names = list("faults.kinds");
        Set<Fault> chosen = names.stream()
                .map(name -> Fault.valueOf(name.replace("-", "")))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
        if (!names.stream().allMatch(name -> name.startsWith("-"))) {
            return chosen;
        }
        all.removeAll(chosen);
        return all;
    }

    private static Pace pace(boolean isThorough) {
        Pace usual = isThorough ? Pace.THOROUGH : Pace.SHORT;
        List<Integer> lost = list("faults.lost").stream().map(Integer::valueOf).toList();
        return new Pace(
                number("faults.joined", usual.joined()),
                number("faults.lasting", usual.lasting()),
                lost.isEmpty()
                        ? usual.lost()
                        : Map.of(
                                Protocol.POSTGRES,
                                lost.get(0),
                                Protocol.REDIS,
                                lost.get(1),
                                Protocol.KAFKA,
                                lost.get(2)));
    }

    private static List<String> list(String property) {
        return Stream.of(text(property, "").split(","))
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private static int number(String property, int otherwise) {
        return Integer.parseInt(text(property, String.valueOf(otherwise)));
    }

    /** Maven passes on what is not set as nothing. */
    private static String text(String property, String otherwise) {
        String value = System.getProperty(property, "");
        return value.isEmpty() ? otherwise : value;
    }
}
