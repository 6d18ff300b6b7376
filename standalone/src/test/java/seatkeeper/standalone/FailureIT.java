package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
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
        try (var _ = RunningSystem.redisStopped()) {
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
        try (var _ = RunningSystem.kafkaStopped()) {
            Reply refused = API.confirm(request, show, user, "A1").expect(503);
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
        try (Kafka.Reader deadLetters = Kafka.deadLetters()) {
            List<UUID> ids;
            try (var _ = RunningSystem.postgresStopped()) {
                ids = send(show, seats);
            }
            allDecided(ids);
            assertThat(deadLetters.records()).isEmpty();
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
    void decidesEachOnceThoughTheWorkerRestartsInTheMiddle() {
        String[] seats = seats(2_000);
        String show = show(seats);
        List<UUID> ids = send(show, seats);
        RunningSystem.workerPaused().close();
        allDecided(ids);
        InvariantsIT.audit(show);
    }

    @Test
    void decidesEachOnceThoughWorkersComeAndGo() {
        List<UUID> ids = new ArrayList<>();
        String[] seats = seats(50);
        List<String> shows = IntStream.range(0, 40).mapToObj(_ -> show(seats)).toList();
        shows.subList(0, 20).forEach(show -> ids.addAll(send(show, seats)));
        try (var _ = LocalApplications.worker(RunningSystem.SERVERS)) {
            shows.subList(20, 40).forEach(show -> ids.addAll(send(show, seats)));
        }
        allDecided(ids);
        shows.forEach(InvariantsIT::audit);
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

    private static void allDecided(List<UUID> ids) {
        String wanted = ids.stream().map(UUID::toString).collect(joining(","));
        await().atMost(60, SECONDS)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(Db.count("""
                        select count(*) from booking_requests
                        where status = 'CONFIRMED' and request_id = any (string_to_array(?, ',')::uuid[])
                        """, wanted)).isEqualTo(ids.size()));
    }
}
