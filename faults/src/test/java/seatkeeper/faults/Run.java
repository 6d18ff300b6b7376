package seatkeeper.faults;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import seatkeeper.faults.Marks.Protocol;
import seatkeeper.faults.Weather.Tear;

/** A cluster under load, struck by one fault after the other; then healed, drained and judged. */
final class Run {

    private static final Duration RECOVERY = Duration.ofMinutes(2);
    /** Of the commands of a few seconds. */
    private static final int HARDLY_ANY = 2_000;

    private static final Duration DRAIN = Duration.ofMinutes(5);

    /** Of so many refusals at least a hundredth can be told. */
    private static final int ENOUGH_REFUSALS = 300;

    private final Plan plan;
    private final Cluster cluster;
    private final Disk disk;
    private final Journal journal = new Journal();
    private final Random random;
    private final Map<Fault, Integer> struck = new ConcurrentSkipListMap<>();
    private final Map<Fault, String> notPossible = new ConcurrentSkipListMap<>();
    private final long began = System.nanoTime();

    /**
     * What a run does.
     *
     * @param rounds the faults that strike together, one round after the other; when there are none, they are drawn from
     *     faults until the length is over
     */
    record Plan(
            long seed,
            Duration length,
            Collection<Fault> faults,
            List<List<Fault>> rounds,
            Pace pace,
            Workload.Load load) {}

    /**
     * How hard it strikes.
     *
     * @param joined of a hundred times, how often another fault strikes together with those drawn already
     * @param lasting of a hundred faults, how many last long
     * @param lost of a thousand COMMITs, EVALs and produces, how many lose their answer all the time
     */
    record Pace(int joined, int lasting, Map<Protocol, Integer> lost) {

        static final Pace SHORT = new Pace(25, 0, Map.of());
        static final Pace THOROUGH =
                new Pace(50, 33, Map.of(Protocol.POSTGRES, 100, Protocol.REDIS, 5, Protocol.KAFKA, 30));
    }

    /** What came of it. */
    record Verdict(List<String> violations, String report, Summary summary) {}

    private Run(Plan plan, Cluster cluster, Disk disk) {
        this.plan = plan;
        this.cluster = cluster;
        this.disk = disk;
        this.random = new Random(plan.seed);
    }

    static Verdict of(Plan plan, Cluster cluster, Disk disk) throws Exception {
        // What a client's thread dies of is the journal's.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
        return new Run(plan, cluster, disk).run();
    }

    private Verdict run() throws Exception {
        try (Workload workload = new Workload(cluster, journal, plan.load)) {
            workload.start(random.nextLong());
            strikeAll(workload);
            heal(workload);
            say("healed");
            workload.stop();
        }
        say("stopped");
        drain();
        say("drained");
        Evidence evidence = Evidence.gather(cluster);
        say("gathered");
        requireQuickRefusals();
        List<String> violations = Checker.violations(journal, evidence);
        say("checked");
        Summary summary = summary(evidence, violations.size());
        return new Verdict(violations, report(), summary);
    }

    private void heal(Workload workload) {
        cluster.heal();
        await("every gateway sells")
                .atMost(RECOVERY)
                .ignoreExceptions()
                .until(() -> cluster.gateways().stream().allMatch(workload::canBuy) && cluster.backlog() < HARDLY_ANY);
    }

    private void strikeAll(Workload workload) throws InterruptedException {
        for (List<Fault> faults : plan.rounds) {
            round(faults, workload);
        }
        long end = System.nanoTime() + plan.length.toNanos();
        Deque<Fault> bag = new ArrayDeque<>();
        while (plan.rounds.isEmpty() && System.nanoTime() < end) {
            List<Fault> faults = new ArrayList<>(List.of(next(bag)));
            if (faults.getFirst().isAlone) {
                heal(workload);
            } else {
                cluster.drizzle(plan.pace.lost);
                join(faults, bag);
            }
            round(faults, workload);
        }
    }

    private void join(List<Fault> faults, Deque<Fault> bag) {
        while (random.nextInt(100) < plan.pace.joined) {
            Optional<Fault> other =
                    bag.stream().filter(fault -> fault.goesWith(faults)).findFirst();
            if (other.isEmpty()) {
                return;
            }
            faults.add(other.get());
            bag.remove(other.get());
        }
    }

    private void round(List<Fault> faults, Workload workload) throws InterruptedException {
        Thread.sleep(random.nextInt(1_000));
        long from = System.nanoTime();
        strike(faults, workload);
        long healed = System.nanoTime();
        // Now and then the next one strikes while all are still busy with this one.
        if (plan.rounds.isEmpty() && !faults.getFirst().isAlone && random.nextInt(3) > 0) {
            say("%s, %.1f s".formatted(faults, (healed - from) / 1e9));
            return;
        }
        recover(workload, faults);
        say("%s, %.1f s; well again after %.1f s"
                .formatted(faults, (healed - from) / 1e9, (System.nanoTime() - healed) / 1e9));
    }

    /** Each once, in any order, before any comes again. */
    private Fault next(Deque<Fault> bag) {
        if (bag.isEmpty()) {
            List<Fault> shuffled = new ArrayList<>(plan.faults);
            Collections.shuffle(shuffled, random);
            bag.addAll(shuffled);
        }
        return bag.removeFirst();
    }

    private void strike(List<Fault> faults, Workload workload) throws InterruptedException {
        List<Thread> blows = new ArrayList<>();
        for (Fault fault : faults) {
            Blow blow = new Blow(
                    cluster,
                    workload,
                    journal,
                    disk,
                    new Random(random.nextLong()),
                    random.nextInt(100) < plan.pace.lasting);
            blows.add(Thread.ofVirtual().start(() -> strike(fault, blow)));
            Thread.sleep(random.nextInt(1_000));
        }
        for (Thread blow : blows) {
            blow.join();
        }
    }

    private void strike(Fault fault, Blow blow) {
        try {
            fault.strike(blow);
            struck.merge(fault, 1, Integer::sum);
        } catch (Blow.NotPossible e) {
            notPossible.put(fault, e.getMessage());
        } catch (RuntimeException e) {
            // Two faults may get into each other's way; then all is healed, and the next one comes.
            journal.count(fault + " went wrong: " + e);
            cluster.heal();
        }
    }

    /** By itself: the faults are over, nothing is done for it. */
    private void recover(Workload workload, List<Fault> faults) {
        long from = System.nanoTime();
        try {
            await().atMost(RECOVERY).until(() -> cluster.gateways().stream().anyMatch(workload::canBuy));
        } catch (ConditionTimeoutException e) {
            journal.violation("not well again %s after %s", RECOVERY, faults);
            cluster.heal();
        }
        journal.measured("well again after " + faults.getFirst(), Duration.ofNanos(System.nanoTime() - from));
    }

    /** Until the workers have committed all there is, and the gateways have settled it. */
    private void drain() {
        await("the backlog drains").atMost(DRAIN).ignoreExceptions().until(() -> cluster.backlog() == 0);
        await("the outcomes are settled").atMost(DRAIN).ignoreExceptions().until(() -> cluster.unsettled() == 0);
    }

    private void say(String what) {
        System.out.printf("%7.1f s  %s%n", (System.nanoTime() - began) / 1e9, what);
    }

    /** A dependency that is away is told at once. */
    private void requireQuickRefusals() {
        journal.refusedWhileAway.forEach((server, took) -> {
            if (took.size() >= ENOUGH_REFUSALS && Summary.p99(took) > 1_000) {
                journal.violation("99 %% of refusals took up to %d ms while %s was away", Summary.p99(took), server);
            }
        });
    }

    private Summary summary(Evidence evidence, int violations) {
        return new Summary(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                plan.seed,
                plan.length.toString(),
                evidence.commands().size(),
                evidence.rows().size(),
                struck.values().stream().mapToInt(n -> n).sum(),
                struck,
                notPossible.keySet(),
                ends(Tear.ANSWER_LOST),
                byProtocol(cluster::repeated),
                ends(Tear.REQUEST_LOST),
                ends(Tear.LATE),
                Summary.retries(journal, evidence),
                journal.counts()
                        .getOrDefault("orders for shows of both partitioners", new LongAdder())
                        .sum(),
                cluster.startedAgain(),
                journal.longest.getOrDefault(Blow.FIRST_OUTCOME, Duration.ZERO).toMillis(),
                journal.refusedWhileAway.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, away -> Summary.p99(away.getValue()))),
                violations);
    }

    private Map<String, Long> ends(Tear tear) {
        return byProtocol(protocol -> cluster.torn(protocol, tear));
    }

    private static Map<String, Long> byProtocol(Function<Protocol, Long> count) {
        return Stream.of(Protocol.values()).collect(Collectors.toMap(protocol -> protocol.marked, count));
    }

    private String report() {
        StringBuilder report = new StringBuilder();
        notPossible.forEach((fault, why) -> report.append("NOT RUN: %s, %s%n".formatted(fault, why)));
        report.append("refusals (503) in ms: %s%n".formatted(percentiles(503)));
        report.append("no answer in ms: %s%n".formatted(percentiles(0)));
        journal.longest.forEach(
                (what, longest) -> report.append("  %s: %d ms at most%n".formatted(what, longest.toMillis())));
        journal.counts().forEach((what, count) -> report.append("  %s: %d%n".formatted(what, count.sum())));
        return report.toString();
    }

    private String percentiles(int status) {
        long[] sorted = journal.refusals.stream()
                .filter(refusal -> refusal.status() == status)
                .mapToLong(Journal.Refusal::tookMillis)
                .sorted()
                .toArray();
        return sorted.length == 0
                ? "none"
                : "%d, p50 %d, p99 %d, most %d"
                        .formatted(
                                sorted.length,
                                sorted[sorted.length / 2],
                                sorted[sorted.length * 99 / 100],
                                Arrays.stream(sorted).max().orElse(0));
    }
}
