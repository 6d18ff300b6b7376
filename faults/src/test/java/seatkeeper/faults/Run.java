package seatkeeper.faults;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionTimeoutException;
import seatkeeper.faults.Marks.Protocol;
import seatkeeper.faults.Weather.Tear;

/** A cluster under load, struck by one fault after the other; then healed, drained and judged. */
final class Run {

    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration DRAIN = Duration.ofMinutes(2);

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
     * @param isThorough faults last as long as the issue asks, and come in twos now and then
     * @param pauseMillis of each client between two orders
     */
    record Plan(
            long seed,
            Duration length,
            Collection<Fault> faults,
            List<List<Fault>> rounds,
            boolean isThorough,
            int clients,
            int pauseMillis) {}

    /** What came of it. */
    record Verdict(List<String> violations, String report) {}

    private Run(Plan plan, Cluster cluster, Disk disk) {
        this.plan = plan;
        this.cluster = cluster;
        this.disk = disk;
        this.random = new Random(plan.seed);
    }

    static Verdict of(Plan plan, Cluster cluster, Disk disk) throws Exception {
        return new Run(plan, cluster, disk).run();
    }

    private Verdict run() throws Exception {
        try (Workload workload = new Workload(cluster, journal, Duration.ofMillis(plan.pauseMillis))) {
            workload.start(random.nextLong(), plan.clients);
            strikeAll(workload);
            cluster.heal();
            await("every gateway sells")
                    .atMost(RECOVERY)
                    .until(() -> cluster.gateways().stream().allMatch(workload::canBuy));
            workload.stop();
        }
        drain();
        Evidence evidence = Evidence.gather(cluster);
        return new Verdict(Checker.violations(journal, evidence), report(evidence));
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
                cluster.heal();
            } else if (random.nextInt(plan.isThorough ? 4 : 2) == 0 && !bag.isEmpty() && !bag.getFirst().isAlone) {
                faults.add(bag.removeFirst());
            }
            round(faults, workload);
        }
    }

    private void round(List<Fault> faults, Workload workload) throws InterruptedException {
        Thread.sleep(random.nextInt(1_000));
        long from = System.nanoTime();
        strike(faults);
        long healed = System.nanoTime();
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

    private void strike(List<Fault> faults) throws InterruptedException {
        List<Thread> blows = new ArrayList<>();
        for (Fault fault : faults) {
            Blow blow = new Blow(cluster, journal, disk, new Random(random.nextLong()), plan.isThorough);
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

    /** Until the workers have committed all there is. */
    private void drain() {
        try (Admin admin = cluster.admin()) {
            await("the backlog drains").atMost(DRAIN).ignoreExceptions().until(() -> backlog(admin) == 0);
        }
    }

    private static long backlog(Admin admin) throws ExecutionException, InterruptedException {
        List<TopicPartition> partitions = admin
                .describeTopics(List.of("booking.commands"))
                .allTopicNames()
                .get()
                .get("booking.commands")
                .partitions()
                .stream()
                .map(partition -> new TopicPartition("booking.commands", partition.partition()))
                .toList();
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets("booking-worker")
                .partitionsToOffsetAndMetadata()
                .get();
        return admin
                .listOffsets(
                        partitions.stream().collect(Collectors.toMap(Function.identity(), _ -> OffsetSpec.latest())))
                .all()
                .get()
                .entrySet()
                .stream()
                .mapToLong(end -> end.getValue().offset()
                        - (committed.get(end.getKey()) == null
                                ? 0
                                : committed.get(end.getKey()).offset()))
                .sum();
    }

    private void say(String what) {
        System.out.printf("%7.1f s  %s%n", (System.nanoTime() - began) / 1e9, what);
    }

    private String report(Evidence evidence) {
        StringBuilder report =
                new StringBuilder("seed %d, %s: %d faults, %d commands, %d requests decided, %d accepted%n"
                        .formatted(
                                plan.seed,
                                plan.length,
                                struck.values().stream().mapToInt(n -> n).sum(),
                                evidence.commands().size(),
                                evidence.rows().size(),
                                journal.accepted.size()));
        report.append("faults: ").append(struck).append('\n');
        notPossible.forEach((fault, why) -> report.append("NOT RUN: %s, %s%n".formatted(fault, why)));
        for (Protocol protocol : Protocol.values()) {
            report.append("%s: %d answers lost, %d requests lost, %d late%n"
                    .formatted(
                            protocol.marked,
                            cluster.torn(protocol, Tear.ANSWER_LOST),
                            cluster.torn(protocol, Tear.REQUEST_LOST),
                            cluster.torn(protocol, Tear.LATE)));
        }
        report.append("calls lost or 5xx and retried with the same id: %d, of %d requests%n"
                .formatted(
                        journal.tried.values().stream().mapToInt(n -> n).sum(),
                        journal.tried.values().stream().filter(n -> n > 0).count()));
        report.append("started again by the supervisor: %d%n".formatted(cluster.startedAgain()));
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
