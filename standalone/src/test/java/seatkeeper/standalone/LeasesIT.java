package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatkeeper.standalone.Api.Reply;

/** Leases: all or nothing, owner-checked, for a time. */
class LeasesIT {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMinutes(5);

    private final UUID user = randomUUID();
    private final UUID other = randomUUID();
    private final UUID request = randomUUID();

    @Test
    void leasesAllOrNothingAndNamesEveryConflict() {
        String show = show("A1", "A2", "A3", "A4");
        API.lock(show, other, "A1").expect(200);
        book(show, other, "A2");
        Reply refused = API.lock(show, user, "A1", "A2", "A3").expect(409, "SEAT_LEASED");
        assertThat(refused.conflicts()).isEqualTo(Map.of("A1", "SEAT_LEASED", "A2", "SEAT_BOOKED"));
        Reply missing = API.lock(show, user, "A1", "A2", "Z1").expect(409, "SEAT_NOT_FOUND");
        assertThat(missing.conflicts())
                .isEqualTo(Map.of("A1", "SEAT_LEASED", "A2", "SEAT_BOOKED", "Z1", "SEAT_NOT_FOUND"));
        API.verify(show, user, "A3").expect(409, "LEASE_NOT_HELD");
        API.lock(show, randomUUID(), "A3", "A4").expect(200);
        API.lock(show() + "x", user, "A1").expect(404, "SHOW_NOT_FOUND");
    }

    @Test
    void findsSeatsThatWereAddedLater() {
        String show = show("A1");
        API.lock(show, user, "A1").expect(200);
        API.put("/shows/" + show, "{\"seats\":[\"A2\"]}").expect(200);
        API.lock(show, user, "A2").expect(200);
    }

    @Test
    void saysUntilWhen() {
        String show = show("A1");
        Instant before = Instant.now();
        Reply lease = API.lock(Duration.ofSeconds(30), show, user, "A1").expect(200);
        assertThat(lease.body().path("ttl_ms").asLong()).isEqualTo(30_000);
        assertThat(Instant.parse(lease.text("expires_at")))
                .isBetween(before.plusSeconds(29), Instant.now().plusSeconds(31));
        assertThat(lease.text("show_id")).isEqualTo(show);
        assertThat(lease.text("user_id")).isEqualTo(user.toString());
        assertThat(lease.body().path("seat_ids").toString()).isEqualTo("[\"A1\"]");
    }

    @Test
    void renewsForTheSameUser() {
        String show = show("A1", "A2");
        API.lock(SECOND, show, user, "A1").expect(200);
        Reply renewed = API.lock(LONG, show, user, "A1", "A2").expect(200);
        assertThat(renewed.body().path("ttl_ms").asLong()).isEqualTo(LONG.toMillis());
        stays(Duration.ofMillis(1_300), () -> API.verify(show, user, "A1").expect(200));
    }

    @Test
    void endsByItself() {
        String show = show("A1");
        API.lock(SECOND, show, user, "A1").expect(200);
        API.lock(show, other, "A1").expect(409, "SEAT_LEASED");
        await().atMost(3, SECONDS)
                .pollInterval(50, MILLISECONDS)
                .untilAsserted(() -> API.lock(show, other, "A1").expect(200));
        API.verify(show, user, "A1").expect(409, "LEASE_NOT_HELD");
        API.extend(LONG, show, user, "A1").expect(409, "LEASE_NOT_HELD");
        API.confirm(request, show, user, "A1").expect(409, "LEASE_NOT_HELD");
    }

    @Test
    void extendsAllOrNothing() {
        String show = show("A1", "A2");
        API.lock(SECOND, show, user, "A1").expect(200);
        API.lock(show, other, "A2").expect(200);
        Reply refused = API.extend(LONG, show, user, "A1", "A2").expect(409, "LEASE_NOT_HELD");
        assertThat(refused.conflicts()).isEqualTo(Map.of("A2", "LEASE_NOT_HELD"));
        Reply extended = API.extend(LONG, show, user, "A1").expect(200);
        assertThat(extended.body().path("ttl_ms").asLong()).isEqualTo(LONG.toMillis());
        stays(Duration.ofMillis(1_300), () -> API.lock(show, other, "A1").expect(409, "SEAT_LEASED"));
    }

    @Test
    void hasALimitedLifetime() {
        String show = show("A1");
        try (var gateway = LocalApplications.gateway(
                RunningSystem.SERVERS,
                "--server.port=0",
                "--booking.lease.max-lifetime=2s",
                "--booking.lease.default-ttl=2s")) {
            Api strict = new Api(RunningSystem.port(gateway));
            strict.lock(LONG, show, user, "A1").expect(400, "INVALID_REQUEST");
            strict.lock(Duration.ofSeconds(1), show, user, "A1").expect(200);
            await().pollInterval(50, MILLISECONDS)
                    .atMost(2, SECONDS)
                    .untilAsserted(() -> strict.extend(Duration.ofSeconds(2), show, user, "A1")
                            .expect(409, "LEASE_LIFETIME_EXCEEDED"));
            Reply renewed = strict.lock(Duration.ofSeconds(2), show, user, "A1").expect(200);
            assertThat(renewed.body().path("ttl_ms").asLong())
                    .as("within the cap")
                    .isLessThan(2_000);
            await().pollInterval(50, MILLISECONDS)
                    .atMost(4, SECONDS)
                    .untilAsserted(() -> strict.lock(show, other, "A1").expect(200));
        }
    }

    @Test
    void releasesWhatIsTheUsersOwn() {
        String show = show("A1", "A2");
        API.lock(show, user, "A1").expect(200);
        API.lock(show, other, "A2").expect(200);
        Reply refused = API.release(show, user, "A1", "A2").expect(409, "LEASE_NOT_HELD");
        assertThat(refused.conflicts()).isEqualTo(Map.of("A2", "LEASE_NOT_HELD"));
        API.verify(show, user, "A1").expect(200);
        API.release(show, user, "A1").expect(200);
        API.release(show, user, "A1").expect(200);
        API.lock(show, other, "A1").expect(200);
    }

    /** A refusal may be repeated without asking Redis, but not when the seat was freed here. */
    @Test
    void isFreeAtOnceForWhoWasJustRefused() {
        String show = show("A1", "A2");
        for (int i = 0; i < 20; i++) {
            API.lock(show, user, "A1").expect(200);
            API.lock(show, other, "A1").expect(409, "SEAT_LEASED");
            API.lock(show, user, "A1", "A2").expect(200);
            Reply refused = API.lock(show, other, "A1", "A2").expect(409, "SEAT_LEASED");
            assertThat(refused.conflicts()).isEqualTo(Map.of("A1", "SEAT_LEASED", "A2", "SEAT_LEASED"));
            API.release(show, user, "A1", "A2").expect(200);
            API.lock(show, other, "A1").expect(200);
            API.lock(show, user, "A1").expect(409, "SEAT_LEASED");
            API.post("/seat-lock/release-all", Api.json(Map.of("show_id", show, "user_id", other)))
                    .expect(200);
        }
    }

    @Test
    void verifies() {
        String show = show("A1");
        API.verify(show, user, "A1").expect(409, "LEASE_NOT_HELD");
        API.lock(show, user, "A1").expect(200);
        assertThat(API.verify(show, user, "A1").expect(200).text("status")).isEqualTo("ok");
        API.verify(show, other, "A1").expect(409, "LEASE_NOT_HELD");
    }

    @Test
    void showsLeasesInTheSeatMap() {
        String show = show("A1", "A2");
        API.lock(show, user, "A1").expect(200);
        assertThat(API.get("/booking/seats/" + show).expect(200).body())
                .allSatisfy(seat -> assertThat(seat.path("leased").asBoolean())
                        .isEqualTo(seat.path("id").asString().equals("A1")));
    }

    @Test
    void waitsForTheConfirmUnderWay() {
        String show = show("A1");
        try (var _ = RunningSystem.workerPaused()) {
            API.lock(SECOND, show, user, "A1").expect(200);
            API.confirm(request, show, user, "A1").expect(202);
            stays(Duration.ofMillis(1_500), () -> API.lock(show, other, "A1").expect(409, "SEAT_LEASED"));
            API.release(show, user, "A1").expect(409, "LEASE_NOT_HELD");
            API.confirm(randomUUID(), show, user, "A1").expect(409, "LEASE_NOT_HELD");
            API.confirm(request, show, user, "A1").expect(202);
        }
        assertThat(API.decided(request).text("status")).isEqualTo("CONFIRMED");
        API.lock(show, other, "A1").expect(409, "SEAT_BOOKED");
    }

    @Test
    void survivesAnEmptiedRedis() {
        String show = show("A1", "A2");
        book(show, user, "A1");
        API.lock(show, user, "A2").expect(200);
        RunningSystem.flushRedis();
        API.lock(show, other, "A1").expect(409, "SEAT_BOOKED");
        API.verify(show, user, "A2").expect(409, "LEASE_NOT_HELD");
        API.lock(show, other, "A2").expect(200);
        API.lock(show, user, "A2").expect(409, "SEAT_LEASED");
        book(show, other, "A2");
    }

    @Test
    void isFreeAtOnceWhenRejected() {
        String show = show("A1", "A2");
        API.lock(show, user, "A1", "A2").expect(200);
        try (var _ = RunningSystem.workerPaused()) {
            Kafka.send(Kafka.command(randomUUID(), show, other, "A1"));
            API.confirm(request, show, user, "A1", "A2").expect(202);
            API.lock(show, other, "A2").expect(409, "SEAT_LEASED");
        }
        assertThat(API.decided(request).text("status")).isEqualTo("REJECTED");
        API.lock(show, other, "A2").expect(200);
    }

    private static void book(String show, UUID user, String seat) {
        UUID id = randomUUID();
        API.lock(show, user, seat).expect(200);
        API.confirmAndWait(id, show, user, seat).expect(200);
    }

    /** Holds all that time, asked again and again. */
    private static void stays(Duration time, Runnable assertion) {
        await().during(time)
                .atMost(time.plusSeconds(3))
                .pollInterval(100, MILLISECONDS)
                .untilAsserted(assertion::run);
    }
}
