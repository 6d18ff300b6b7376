package seatkeeper.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import seatkeeper.faults.Cluster.Member;
import seatkeeper.faults.Http.Answer;

/**
 * Five times as many confirms are offered as the workers can decide, for {@code faults.overload} (ISO 8601): what is accepted
 * is decided, of what is refused nothing is left, leases work, memory stays bounded, and it is over when the load is.
 */
@Tag("overload")
class OfferedLoadIT {

    private static final Duration MEASURING = Duration.ofSeconds(15);
    private static final int MORE_THAN_ENOUGH = 60;
    private static final int SEATS_PER_SHOW = 500;
    private static final int RETRIED = 50;
    private static final long MOST_MEGABYTES = 450;

    private final Journal journal = new Journal();
    private final Http http = new Http(journal);
    private final List<String> shows = new ArrayList<>();
    private final AtomicInteger seats = new AtomicInteger();
    private final Queue<Order> refused = new ConcurrentLinkedQueue<>();
    private final Queue<Long> leaseMillis = new ConcurrentLinkedQueue<>();

    @Test
    void whatIsAcceptedIsDecidedAndTheRestIsRefused() throws Exception {
        String property = System.getProperty("faults.overload", "");
        Duration length = property.isEmpty() ? Duration.ofMinutes(2) : Duration.parse(property);
        Disk disk = new Disk(false);
        try (disk;
                Cluster cluster = new Cluster(
                        disk.folder(),
                        disk.postgres(),
                        List.of(),
                        "--booking.overload.max-backlog-age=3s",
                        "--spring.kafka.consumer.max-poll-records=1")) {
            createShows(cluster, 12 + (int) length.toSeconds() / 2);
            slowDown(cluster);

            double _ = offer(cluster, MORE_THAN_ENOUGH, MEASURING);
            long before = decided(cluster);
            double _ = offer(cluster, MORE_THAN_ENOUGH, MEASURING);
            int capacity = Math.toIntExact((decided(cluster) - before) / MEASURING.toSeconds());

            int refusedBefore = refused.size();
            leaseMillis.clear();
            before = decided(cluster);
            long began = System.nanoTime();
            double offered = offer(cluster, 5 * capacity, length);
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    "capacity %d/s; %.0f s: offered %.0f/s, refused %.0f/s, decided %.0f/s; p99 of leases %d ms%n",
                    capacity,
                    seconds,
                    offered,
                    (refused.size() - refusedBefore) / seconds,
                    (decided(cluster) - before) / seconds,
                    Summary.p99(leaseMillis));
            assertThat(offered).as("offered a second").isGreaterThanOrEqualTo(4.9 * capacity);

            acceptedAgain(cluster);
            System.out.printf("accepted again after %.1f s%n", (System.nanoTime() - began) / 1e9 - seconds);
            await("all is decided").atMost(Duration.ofMinutes(2)).until(() -> cluster.backlog() == 0);
            requireBoundedMemory(cluster);

            Evidence evidence = Evidence.gather(cluster);
            Set<UUID> left = refused.stream()
                    .map(Order::id)
                    .filter(evidence.rows()::containsKey)
                    .collect(Collectors.toSet());
            assertThat(left).as("refused and decided").isEmpty();
            assertThat(Checker.violations(journal, evidence))
                    .as("logs: " + disk.folder())
                    .isEmpty();
        }
        disk.delete();
    }

    private void createShows(Cluster cluster, int count) {
        List<String> seatIds = IntStream.rangeClosed(1, SEATS_PER_SHOW)
                .mapToObj(seat -> "A-" + seat)
                .toList();
        for (int i = 0; i < count; i++) {
            String show = "show-" + UUID.randomUUID();
            shows.add(show);
            journal.shows.put(show, Set.copyOf(seatIds));
            String body = Order.JSON.writeValueAsString(Map.of("seats", seatIds));
            Member gateway = gateway(cluster, i);
            await("a show")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> isDone(http.put(gateway, "/shows/" + show, body))
                            // Its seat map is loaded before the load comes: cold gateways would be measured, too.
                            && isDone(http.get(gateway, "/shows/" + show, 0)));
        }
    }

    /** A worker takes one command at a time, and each flush of Postgres' log a tenth of a second. */
    private static void slowDown(Cluster cluster) throws SQLException {
        try (Connection database = cluster.database();
                Statement statement = database.createStatement()) {
            statement.execute("alter system set commit_siblings = 0");
            statement.execute("alter system set commit_delay = 100000");
            statement.execute("select pg_reload_conf()");
        }
    }

    private static long decided(Cluster cluster) throws SQLException {
        try (Connection database = cluster.database();
                Statement statement = database.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from booking_requests")) {
            count.next();
            return count.getLong(1);
        }
    }

    /** So many orders a second, whether those before have been answered or not; says how many it came to. */
    private double offer(Cluster cluster, int rate, Duration length) {
        long began = System.nanoTime();
        long count = rate * length.toSeconds();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long n = 0; n < count; n++) {
                LockSupport.parkNanos(began + n * 1_000_000_000 / rate - System.nanoTime());
                var _ = clients.submit(() -> order(cluster, seats.getAndIncrement()));
            }
            return count * 1e9 / (System.nanoTime() - began);
        }
    }

    /** A seat nobody else wants: leased, and confirmed once. */
    private void order(Cluster cluster, int number) {
        Order order = Order.confirm(
                shows.get(number % shows.size()),
                UUID.randomUUID(),
                List.of("A-" + (number / shows.size() % SEATS_PER_SHOW + 1)));
        Member gateway = gateway(cluster, number);
        String lease = Order.JSON.writeValueAsString(Map.of(
                "show_id", order.show(), "seat_ids", order.taken(), "user_id", order.user(), "ttl_seconds", 1_200));
        Answer leased = http.post(gateway, "/seat-lock", lease, 0);
        if (leased == null || !leased.is(200)) {
            journal.violation("no lease for %s: %s", order, leased);
            return;
        }
        leaseMillis.add(leased.receivedAt() - leased.sentAt());
        Answer confirmed = http.post(gateway, "/booking/confirm", order.body(), 0);
        if (isDone(confirmed)) {
            journal.accepted.add(order.id());
        } else if (confirmed != null
                && confirmed.is(503)
                && confirmed.text("code").equals("OVERLOADED")) {
            refused.add(order);
        } else {
            journal.violation("%s was answered %s", order, confirmed);
        }
    }

    private static boolean isDone(@Nullable Answer answer) {
        return answer != null && answer.status() < 300;
    }

    /** Nobody knows the latest of those refused; sent again, with the same ids, they are accepted. */
    private void acceptedAgain(Cluster cluster) {
        List<Order> latest =
                refused.stream().skip(Math.max(0, refused.size() - RETRIED)).toList();
        assertThat(latest).as("refused").hasSize(RETRIED);
        for (Order order : latest) {
            Answer status = http.get(gateway(cluster, 0), "/booking/requests/" + order.id(), 0);
            assertThat(status).isNotNull().matches(answer -> answer.is(404));
        }
        for (Order order : latest) {
            Member gateway = gateway(cluster, latest.indexOf(order));
            await("accepted again")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> isDone(http.post(gateway, "/booking/confirm", order.body(), 0)));
            journal.accepted.add(order.id());
            refused.remove(order);
        }
    }

    private static void requireBoundedMemory(Cluster cluster) throws IOException {
        assertThat(cluster.startedAgain()).as("ended and started again").isZero();
        for (Member member : cluster.members()) {
            long peak = member.jvm.peakMegabytes();
            System.out.printf("%s: %d MB at most%n", member, peak);
            assertThat(peak).as(member.toString()).isLessThan(MOST_MEGABYTES);
        }
    }

    private static Member gateway(Cluster cluster, int number) {
        return cluster.gateways().get(number % cluster.gateways().size());
    }
}
