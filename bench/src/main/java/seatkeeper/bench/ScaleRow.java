package seatkeeper.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import seatkeeper.contract.Topics;

/** Two workers beside one, where each waits for Postgres most of the time: every commit takes 20 ms longer. */
final class ScaleRow {

    private static final String GROUP = "booking-worker";
    private static final String SMALL_BATCHES = "--spring.kafka.consumer.max-poll-records=20";
    private static final int SHOWS_PER_PARTITION = 2;

    private final Drain drain;
    private final Fleet fleet;
    private final int rounds;
    private final int commands;

    ScaleRow(Drain drain, Fleet fleet, int rounds, Warmup warmup) {
        this.drain = drain;
        this.fleet = fleet;
        this.rounds = rounds;
        // Waiting does not scale: in less a new worker is still warming up.
        this.commands = Math.max(480, warmup.of(7_200));
    }

    Measured run() throws Exception {
        List<Double> one = new ArrayList<>();
        List<Double> two = new ArrayList<>();
        slowCommits(true);
        try (Admin admin = Admin.create(
                        Map.of("bootstrap.servers", drain.servers().kafka().bootstrapServers()));
                Child _ = fleet.worker(SMALL_BATCHES)) {
            awaitAssigned(admin, 1);
            double _ = drained(admin, commands / 4);
            for (int round = 0; round < rounds; round++) {
                one.add(drained(admin, commands));
                try (Child _ = fleet.worker(SMALL_BATCHES)) {
                    awaitAssigned(admin, 2);
                    // The new one is not measured cold.
                    double _ = drained(admin, commands / 2);
                    two.add(drained(admin, commands));
                }
                awaitAssigned(admin, 1);
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

    /** Commands per second, from the first outcome to the last; as many for each partition. */
    private double drained(Admin admin, int count) throws Exception {
        int partitions = partitions(admin);
        List<String> ids = ids(partitions);
        List<Drain.Show> shows = drain.shows(ids, count / ids.size() * Drain.SEATS_PER_COMMAND);
        long before = outcomes(admin, partitions);
        var commands = drain.commands(shows, 1.0);
        drain.send(commands);
        long start = 0;
        long skipped = 0;
        while (true) {
            long outcomes = outcomes(admin, partitions) - before;
            if (start == 0 && outcomes > 0) {
                start = System.nanoTime();
                skipped = outcomes;
            }
            if (outcomes >= commands.size()) {
                return (commands.size() - skipped) * 1e9 / (System.nanoTime() - start);
            }
            Thread.sleep(2);
        }
    }

    private static List<String> ids(int partitions) {
        List<String> ids = new ArrayList<>();
        int[] left =
                IntStream.generate(() -> SHOWS_PER_PARTITION).limit(partitions).toArray();
        while (ids.size() < partitions * SHOWS_PER_PARTITION) {
            String id = "scale-" + UUID.randomUUID();
            if (left[BuiltInPartitioner.partitionForKey(id.getBytes(UTF_8), partitions)]-- > 0) {
                ids.add(id);
            }
        }
        return ids;
    }

    private static int partitions(Admin admin) throws ExecutionException, InterruptedException {
        return admin.describeTopics(List.of(Topics.COMMANDS)).allTopicNames().get().values().stream()
                .mapToInt(topic -> topic.partitions().size())
                .sum();
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

    /** Until so many workers share all partitions, as many each. */
    private static void awaitAssigned(Admin admin, int workers) throws ExecutionException, InterruptedException {
        int share = partitions(admin) / workers;
        while (!isShared(admin, workers, share)) {
            Thread.sleep(200);
        }
    }

    private static boolean isShared(Admin admin, int workers, int share)
            throws ExecutionException, InterruptedException {
        return admin.describeConsumerGroups(List.of(GROUP)).all().get().values().stream()
                .allMatch(group -> isShared(group, workers, share));
    }

    private static boolean isShared(ConsumerGroupDescription group, int workers, int share) {
        return group.groupState() == GroupState.STABLE
                && group.members().size() == workers
                && group.members().stream()
                        .allMatch(
                                member -> member.assignment().topicPartitions().size() == share);
    }
}
