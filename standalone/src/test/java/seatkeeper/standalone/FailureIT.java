package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import seatkeeper.contract.Topics;
import seatkeeper.gateway.GatewayApplication;
import seatkeeper.standalone.Api.Reply;

/** Servers and workers that go away and come back: no booking lost, none twice. */
class FailureIT {

    private final UUID user = randomUUID();
    private final UUID request = randomUUID();

    @Test
    void refusesWhileRedisIsAway() {
        String show = show("A1", "A2");
        API.lock(show, user, "A1").expect(200);
        API.confirmAndWait(request, show, user, "A1").expect(200);
        try (var _ = RunningSystem.SERVERS.redisStopped()) {
            assertThat(API.lock(show, user, "A2").expect(503, "UNAVAILABLE").header("Retry-After"))
                    .isNotEmpty();
            assertThat(API.confirm(randomUUID(), show, user, "A2")
                            .expect(503, "UNAVAILABLE")
                            .header("Retry-After"))
                    .isNotEmpty();
            assertThat(API.status(request).expect(200).text("status")).isEqualTo("CONFIRMED");
        }
        UUID next = randomUUID();
        await().atMost(20, SECONDS)
                .untilAsserted(() -> API.lock(show, user, "A2").expect(200));
        API.confirmAndWait(next, show, user, "A2").expect(200);
    }

    @Test
    void refusesWhileKafkaIsAwayAndTakesTheSameRequestAfterwards() {
        String show = show("A1");
        API.lock(show, user, "A1").expect(200);
        try (var _ = RunningSystem.SERVERS.kafkaStopped()) {
            Reply refused = quickly(() -> API.confirm(request, show, user, "A1").expect(503));
            quickly(() -> API.status(randomUUID()).expect(503, "UNAVAILABLE"));
            assertThat(refused.code()).isIn("UNAVAILABLE", "OUTCOME_UNKNOWN");
            assertThat(refused.header("Retry-After")).isNotEmpty();
            API.verify(show, user, "A1").expect(200);
        }
        await().atMost(40, SECONDS)
                .untilAsserted(
                        () -> assertThat(API.confirm(request, show, user, "A1").status())
                                .isIn(200, 202));
        await().atMost(40, SECONDS)
                .untilAsserted(
                        () -> assertThat(API.status(request).text("status")).isEqualTo("CONFIRMED"));
        assertThat(Db.count("select count(*) from bookings where show_id = ?", show))
                .isEqualTo(1);
        InvariantsIT.audit(show);
    }

    @Test
    void skipsNothingWhilePostgresIsAway() {
        String[] seats = seats(300);
        String show = show(seats);
        String leased = show("A1");
        API.lock(leased, user, "A1").expect(200);
        try (Kafka.Reader deadLetters = Kafka.deadLetters()) {
            List<UUID> ids;
            try (var _ = RunningSystem.postgresStopped()) {
                quickly(() -> API.status(randomUUID()).expect(503, "UNAVAILABLE"));
                API.post("/booking/confirm", Api.confirmation(request, leased, user, "A1"), "Prefer", "wait=1")
                        .expect(202);
                ids = send(show, seats);
            }
            allDecided(ids);
            assertThat(deadLetters.records()).isEmpty();
            // Its pool looks for Postgres in ever longer steps.
            await().atMost(30, SECONDS).untilAsserted(() -> API.status(request).expect(200));
        }
        InvariantsIT.audit(show);
    }

    @Test
    void knowsAnAcceptedRequestThatRedisForgot() {
        String show = show("A1");
        API.lock(show, user, "A1").expect(200);
        try (var _ = RunningSystem.workerPaused()) {
            API.confirm(request, show, user, "A1").expect(202);
            RunningSystem.flushRedis();
            assertThat(API.status(request).expect(200).text("status")).isEqualTo("PENDING");
            API.confirm(request, show, user, "A1").expect(202);
            API.confirm(request, show, randomUUID(), "A1").expect(422, "REQUEST_ID_REUSED");
        }
        assertThat(API.decided(request).expect(200).text("status")).isEqualTo("CONFIRMED");
    }

    @Test
    void knowsAnAcceptedRequestInAPartitionAddedMeanwhile() throws Exception {
        try (TestServers servers = TestServers.open()) {
            // It makes the tables and topics, and decides nothing.
            LocalApplications.worker(servers).close();
            Map<String, Object> kafka = Map.of("bootstrap.servers", servers.bootstrapServers());
            try (ConfigurableApplicationContext gateway = LocalApplications.gateway(servers, "--server.port=0");
                    Admin admin = Admin.create(kafka);
                    Producer<byte[], byte[]> producer =
                            new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
                Api api = new Api(RunningSystem.port(gateway));
                api.status(request).expect(404);
                int added = admin.describeTopics(List.of(Topics.COMMANDS))
                        .allTopicNames()
                        .get()
                        .get(Topics.COMMANDS)
                        .partitions()
                        .size();
                admin.createPartitions(Map.of(Topics.COMMANDS, NewPartitions.increaseTo(added + 1)))
                        .all()
                        .get();
                ProducerRecord<byte[], byte[]> command =
                        Kafka.commandRecord(Kafka.command(request, "show", user, "A1"));
                // A send waits until its partition is there.
                producer.send(new ProducerRecord<>(Topics.COMMANDS, added, command.key(), command.value()))
                        .get();
                assertThat(api.status(request).expect(200).text("status")).isEqualTo("PENDING");
            }
        }
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class AnHourBehind {
        @Bean
        @Primary
        Clock behind() {
            return Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
        }
    }

    /** The deadline of a command counts by the clocks of Redis and the broker. */
    @Test
    void booksThoughTheGatewaysClockIsAnHourBehind() {
        String show = show("A1");
        try (ConfigurableApplicationContext gateway = RunningSystem.SERVERS.start(
                GatewayApplication.application().sources(AnHourBehind.class),
                "--server.port=0",
                "--management.server.port=0")) {
            Api api = new Api(RunningSystem.port(gateway));
            api.lock(show, user, "A1").expect(200);
            Reply booked = api.confirmAndWait(request, show, user, "A1").expect(200);
            assertThat(booked.text("status")).isEqualTo("CONFIRMED");
        }
    }

    @Test
    void saysAtOnceThatARequestWasNeverSeenThoughOthersWait() {
        try (var _ = RunningSystem.workerPaused()) {
            for (int i = 0; i < 5; i++) {
                String waiting = show("A1");
                API.lock(waiting, user, "A1").expect(200);
                API.confirm(randomUUID(), waiting, user, "A1").expect(202);
            }
            // Each look-up reads what waits, and must not wait itself for what an earlier one still fetches.
            for (int i = 0; i < 40; i++) {
                API.status(randomUUID()).expect(404);
            }
        }
    }

    @Test
    void refusesAReusedRequestThatRedisForgotAndUnpinsItsLeases() {
        String show = show("A1", "A2");
        API.lock(show, user, "A1").expect(200);
        API.confirmAndWait(request, show, user, "A1").expect(200);
        // This gateway still knows; one that has just started does not.
        API.confirm(request, show, user, "A2").expect(422, "REQUEST_ID_REUSED");
        try (var gateway = LocalApplications.gateway(RunningSystem.SERVERS, "--server.port=0")) {
            Api api = new Api(RunningSystem.port(gateway));
            RunningSystem.flushRedis();
            api.lock(show, user, "A2").expect(200);
            api.confirmAndWait(request, show, user, "A2").expect(422, "REQUEST_ID_REUSED");
            // What a confirm under way holds could not be released.
            api.release(show, user, "A2").expect(200);
            assertThat(api.status(request).expect(200).text("status")).isEqualTo("CONFIRMED");
        }
    }

    @Test
    void decidesEachOnceThoughTheWorkerRestartsInTheMiddle() throws Exception {
        String[] seats = seats(2_000);
        String show = show(seats);
        List<UUID> ids = new ArrayList<>();
        // Another session holds the last seat: the batch that wants it waits, those before it are done.
        try (Connection other = Db.connect()) {
            other.setAutoCommit(false);
            try (var lock = other.prepareStatement("select from seats where show_id = ? and id = ? for update")) {
                lock.setString(1, show);
                lock.setString(2, seats[seats.length - 1]);
                lock.execute();
            }
            ids.addAll(send(show, seats));
            await().atMost(20, SECONDS).until(() -> decided(ids) > 0);
            try (var _ = RunningSystem.workerPaused()) {
                assertThat(decided(ids)).isBetween(1L, ids.size() - 1L);
            }
        }
        allDecided(ids);
        InvariantsIT.audit(show);
    }

    @Test
    void decidesEachOnceThoughWorkersComeAndGo() {
        List<UUID> ids = new ArrayList<>();
        List<String> shows = new ArrayList<>();
        String[] seats = seats(50);
        double before = decisions(RunningSystem.WORKER);
        try (ConfigurableApplicationContext second = LocalApplications.worker(RunningSystem.SERVERS)) {
            // Each join and each leave strikes while commands are on their way.
            await().atMost(60, SECONDS).pollDelay(Duration.ZERO).until(() -> {
                String show = show(seats);
                shows.add(show);
                ids.addAll(send(show, seats));
                return decisions(second) > 0;
            });
            for (int i = 0; i < 20; i++) {
                String show = show(seats);
                shows.add(show);
                ids.addAll(send(show, seats));
            }
        }
        allDecided(ids);
        assertThat(decisions(RunningSystem.WORKER)).isGreaterThan(before);
        shows.forEach(InvariantsIT::audit);
    }

    private static double decisions(ConfigurableApplicationContext worker) {
        return worker.getBean(MeterRegistry.class).find("seatkeeper.commands.decided").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static String[] seats(int count) {
        return IntStream.range(0, count).mapToObj(i -> "A" + i).toArray(String[]::new);
    }

    /** One command a seat. */
    private List<UUID> send(String show, String... seats) {
        List<UUID> ids = new ArrayList<>();
        List<ProducerRecord<byte[], byte[]>> records = Arrays.stream(seats)
                .map(seat -> {
                    UUID id = randomUUID();
                    ids.add(id);
                    return Kafka.commandRecord(Kafka.command(id, show, user, seat));
                })
                .toList();
        assertThat(Kafka.sendAll(records)).hasSameSizeAs(ids);
        return ids;
    }

    /** A second, and what a busy machine adds. */
    private static Reply quickly(Supplier<Reply> call) {
        long from = System.nanoTime();
        Reply reply = call.get();
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofMillis(1_800));
        return reply;
    }

    private static void allDecided(List<UUID> ids) {
        await().atMost(60, SECONDS)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(decided(ids)).isEqualTo(ids.size()));
    }

    private static long decided(List<UUID> ids) {
        String wanted = ids.stream().map(UUID::toString).collect(joining(","));
        return Db.count("""
                select count(*) from booking_requests
                where status = 'CONFIRMED' and request_id = any (string_to_array(?, ',')::uuid[])
                """, wanted);
    }
}
