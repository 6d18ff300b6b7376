package seatkeeper.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import seatkeeper.contract.Topics;

/**
 * Two workers beside one, where each waits for Postgres most of the time: every commit takes 20 ms longer. Both have half
 * of the partitions. One alone is measured with commands in its own partitions only: so neither is ever cold.
 */
final class ScaleRow {

    /** The less there is to do for a batch, the more of its time is the delay. */
    private static final String SMALL_BATCHES = "--spring.kafka.consumer.max-poll-records=5";

    private static final int SHOWS_PER_PARTITION = 2;
    private static final int COMMANDS_PER_PARTITION = 400;

    private final Drain drain;
    private final Fleet fleet;
    private final int rounds;
    private final int perPartition;
    private final int warmups;

    ScaleRow(Drain drain, Fleet fleet, int rounds, Warmup warmup) {
        this.drain = drain;
        this.fleet = fleet;
        this.rounds = rounds;
        this.perPartition = Math.max(40, warmup.of(COMMANDS_PER_PARTITION));
        this.warmups = Math.max(40, warmup.of(1_000));
    }

    Measured run() throws Exception {
        List<Double> one = new ArrayList<>();
        List<Double> two = new ArrayList<>();
        try (Admin admin = Admin.create(
                        Map.of("bootstrap.servers", drain.servers().kafka().bootstrapServers()));
                Child first = fleet.worker(SMALL_BATCHES);
                Child second = fleet.worker(SMALL_BATCHES)) {
            first.awaitReady();
            second.awaitReady();
            Set<Integer> all = partitions(admin);
            Set<Integer> half = awaitShared(admin, all.size() / 2);
            double _ = drained(admin, all, warmups);
            slowCommits(true);
            for (int round = 0; round < rounds; round++) {
                one.add(drained(admin, half, perPartition));
                two.add(drained(admin, all, perPartition));
            }
        } finally {
            slowCommits(false);
        }
        return new Measured("scale, 2 workers", two, one, 1.9);
    }

    private void slowCommits(boolean slow) throws SQLException {
        try (Connection connection = drain.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set commit_delay = " + (slow ? "20000" : "default"));
            statement.execute("alter system set commit_siblings = " + (slow ? "0" : "default"));
            statement.execute("select pg_reload_conf()");
        }
    }

    /** Commands per second, from the first outcome to the last; as many for each of these partitions. */
    private double drained(Admin admin, Set<Integer> partitions, int perPartition) throws Exception {
        int all = partitions(admin).size();
        List<Drain.Show> shows =
                drain.shows(ids(partitions, all), perPartition / SHOWS_PER_PARTITION * Drain.SEATS_PER_COMMAND);
        long before = outcomes(admin, all);
        var commands = drain.commands(shows, 1.0);
        drain.send(commands);
        long start = 0;
        long skipped = 0;
        while (true) {
            long outcomes = outcomes(admin, all) - before;
            if (start == 0 && outcomes > 0) {
                start = System.nanoTime();
                skipped = outcomes;
            }
            if (outcomes >= commands.size()) {
                return (commands.size() - skipped) * 1e9 / (System.nanoTime() - start);
            }
            // Each look takes the broker's time.
            Thread.sleep(20);
        }
    }

    /** Of shows whose commands go to these partitions. */
    private static List<String> ids(Set<Integer> partitions, int all) {
        int[] left = new int[all];
        partitions.forEach(partition -> left[partition] = SHOWS_PER_PARTITION);
        List<String> ids = new ArrayList<>();
        while (ids.size() < partitions.size() * SHOWS_PER_PARTITION) {
            String id = "scale-" + UUID.randomUUID();
            if (left[BuiltInPartitioner.partitionForKey(id.getBytes(UTF_8), all)]-- > 0) {
                ids.add(id);
            }
        }
        return ids;
    }

    private static Set<Integer> partitions(Admin admin) throws ExecutionException, InterruptedException {
        return admin.describeTopics(List.of(Topics.COMMANDS)).allTopicNames().get().values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(TopicPartitionInfo::partition)
                .collect(Collectors.toSet());
    }

    /** How many have ever been published. */
    private static long outcomes(Admin admin, int partitions) throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> ends = IntStream.range(0, partitions)
                .boxed()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(Topics.OUTCOMES, partition), _ -> OffsetSpec.latest()));
        return admin.listOffsets(ends).all().get().values().stream()
                .mapToLong(ListOffsetsResultInfo::offset)
                .sum();
    }

    /** Waits until two workers have half of the partitions each; those of one of them. */
    private static Set<Integer> awaitShared(Admin admin, int half) throws ExecutionException, InterruptedException {
        while (true) {
            List<Set<Integer>> shares =
                    admin.describeConsumerGroups(List.of(Topics.WORKER_GROUP)).all().get().values().stream()
                            .filter(group -> group.groupState() == GroupState.STABLE)
                            .flatMap(group -> group.members().stream())
                            .map(member -> member.assignment().topicPartitions().stream()
                                    .map(TopicPartition::partition)
                                    .collect(Collectors.toSet()))
                            .toList();
            if (shares.size() == 2 && shares.stream().allMatch(share -> share.size() == half)) {
                return shares.getFirst();
            }
            Thread.sleep(200);
        }
    }
}
