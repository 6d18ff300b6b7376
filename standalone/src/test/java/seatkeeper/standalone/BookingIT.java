package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static org.assertj.core.api.Assertions.assertThat;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import seatkeeper.standalone.Api.Reply;

/** The way of a booking over HTTP, and the rules of its request_id. */
class BookingIT {

    private final UUID user = randomUUID();
    private final UUID other = randomUUID();
    private final UUID request = randomUUID();

    @Test
    void locksConfirmsAndPolls() {
        String show = show("A1", "A2", "A3");
        Reply lease = API.lock(show, user, "A1", "A2").expect(200);
        assertThat(lease.body().path("success").asBoolean()).isTrue();
        assertThat(lease.body().path("ttl_ms").asLong()).isBetween(1L, 120_000L);
        assertThat(lease.text("expires_at")).isNotEmpty();

        Reply accepted = API.confirm(request, show, user, "A1", "A2").expect(202);
        assertThat(accepted.text("request_id")).isEqualTo(request.toString());
        assertThat(accepted.text("status")).isEqualTo("PENDING");
        assertThat(accepted.text("status_url")).isEqualTo("/booking/requests/" + request);
        assertThat(accepted.header("Location")).endsWith("/booking/requests/" + request);
        assertThat(accepted.header("Retry-After")).isNotEmpty();

        Reply decided = API.decided(request).expect(200);
        assertThat(decided.text("status")).isEqualTo("CONFIRMED");
        assertThat(decided.text("show_id")).isEqualTo(show);
        assertThat(decided.text("user_id")).isEqualTo(user.toString());
        assertThat(decided.body().path("seat_ids").toString()).isEqualTo("[\"A1\",\"A2\"]");
        assertThat(decided.body().path("reason").isNull()).isTrue();
        assertThat(decided.text("submitted_at")).isNotEmpty();
        assertThat(decided.text("decided_at")).isNotEmpty();

        Reply refused = API.lock(show, other, "A1", "A2", "A3").expect(409, "SEAT_BOOKED");
        assertThat(refused.conflicts()).isEqualTo(Map.of("A1", "SEAT_BOOKED", "A2", "SEAT_BOOKED"));
        API.lock(show, user, "A1").expect(409, "SEAT_BOOKED");
        assertThat(API.seatMap(show)).isEqualTo(Map.of("A1", "BOOKED", "A2", "BOOKED", "A3", "AVAILABLE"));
    }

    /** In one piece: an answer in chunks is sent by two system calls, and read by two. */
    @Test
    void answersHaveALength() {
        String show = show("A1");
        Reply lease = API.lock(show, user, "A1").expect(200);
        Reply lost = API.lock(show, other, "A1").expect(409);
        Reply accepted = API.confirm(request, show, user, "A1").expect(202);
        Reply decided = API.decided(request).expect(200);
        assertThat(List.of(lease, lost, accepted, decided))
                .allSatisfy(reply -> assertThat(reply.header("Content-Length")).isNotEmpty())
                .allSatisfy(
                        reply -> assertThat(reply.header("Transfer-Encoding")).isEmpty());
    }

    @Test
    void waitsForTheOutcome() {
        String show = show("A1");
        API.lock(show, user, "A1").expect(200);
        Reply confirmed = API.confirmAndWait(request, show, user, "A1").expect(200);
        assertThat(confirmed.text("status")).isEqualTo("CONFIRMED");
        assertThat(confirmed.header("Preference-Applied")).isEqualTo("wait=20");
        assertThat(confirmed.header("Idempotent-Replayed")).isEmpty();
    }

    @Test
    void answers202WhenTheWaitIsOver() {
        String show = show("A1");
        API.lock(show, user, "A1").expect(200);
        try (var _ = RunningSystem.workerPaused()) {
            Reply accepted = API.post(
                            "/booking/confirm", Api.confirmation(request, show, user, "A1"), "Prefer", "wait=1")
                    .expect(202);
            assertThat(accepted.header("Preference-Applied")).isEqualTo("wait=1");
            Reply pending =
                    API.get("/booking/requests/" + request, "Prefer", "wait=1").expect(200);
            assertThat(pending.text("status")).isEqualTo("PENDING");
            assertThat(pending.header("Retry-After")).isNotEmpty();
            assertThat(pending.text("show_id")).isEqualTo(show);
            API.confirm(request, show, user, "A1").expect(202);
        }
        assertThat(API.decided(request).text("status")).isEqualTo("CONFIRMED");
    }

    @Test
    void rejectsWith409WhenWaitedForAndFreesTheOtherSeats() {
        String show = show("A1", "A2");
        API.lock(show, user, "A1", "A2").expect(200);
        CompletableFuture<Reply> waiting;
        try (var _ = RunningSystem.workerPaused()) {
            Kafka.send(Kafka.command(randomUUID(), show, other, "A1"));
            API.confirm(request, show, user, "A1", "A2").expect(202);
            waiting = CompletableFuture.supplyAsync(() -> API.confirmAndWait(request, show, user, "A2", "A1"));
        }
        Reply rejected = waiting.join().expect(409, "SEAT_BOOKED");
        assertThat(rejected.conflicts()).isEqualTo(Map.of("A1", "SEAT_BOOKED"));
        API.lock(show, randomUUID(), "A2").expect(200);

        Reply status = API.status(request).expect(200);
        assertThat(status.text("status")).isEqualTo("REJECTED");
        assertThat(status.text("reason")).isEqualTo("SEAT_BOOKED");
        Reply replayed = API.confirm(request, show, user, "A1", "A2").expect(200);
        assertThat(replayed.text("status")).isEqualTo("REJECTED");
        assertThat(replayed.header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test
    void replaysTheOutcomeWhenTheLeaseIsLongGone() {
        String show = show("A1", "A2");
        Reply first = book(show, "A1", "A2");
        Reply again = API.confirm(request, show, user, "A2", "A1").expect(200);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(again.body()).isEqualTo(first.body());

        RunningSystem.flushRedis();
        Reply fromPostgres = API.confirm(request, show, user, "A1", "A2").expect(200);
        assertThat(fromPostgres.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(fromPostgres.body()).isEqualTo(first.body());
        assertThat(Db.count("select count(*) from bookings where show_id = ?", show))
                .isEqualTo(2);
    }

    @Test
    void refusesAnotherPayloadBeforeTheDecision() {
        String show = show("A1", "A2");
        API.lock(show, user, "A1", "A2").expect(200);
        try (var _ = RunningSystem.workerPaused()) {
            API.confirm(request, show, user, "A1").expect(202);
            Reply refused = API.confirm(request, show, user, "A1", "A2").expect(422, "REQUEST_ID_REUSED");
            assertThat(refused.body().path("mismatch_fields").toString()).isEqualTo("[\"seat_ids\"]");
        }
        assertThat(API.decided(request).text("status")).isEqualTo("CONFIRMED");
    }

    @Test
    void refusesAnotherPayloadAfterTheDecision() {
        String show = show("A1", "A2");
        book(show, "A1");
        Reply refused = API.confirm(request, show + "x", other, "A2").expect(422, "REQUEST_ID_REUSED");
        assertThat(refused.body().path("mismatch_fields").toString())
                .isEqualTo("[\"show_id\",\"seat_ids\",\"user_id\"]");
        RunningSystem.flushRedis();
        API.confirm(request, show, other, "A1").expect(422, "REQUEST_ID_REUSED");
        API.lock(show, user, "A2").expect(200);
        API.confirm(request, show, user, "A2").expect(422, "REQUEST_ID_REUSED");
    }

    @Test
    void refusesWithoutALeaseAndForgetsIt() {
        String show = show("A1", "A2");
        API.lock(show, user, "A1").expect(200);
        Reply refused = API.confirm(request, show, user, "A1", "A2").expect(409, "LEASE_NOT_HELD");
        assertThat(refused.conflicts()).isEqualTo(Map.of("A2", "LEASE_NOT_HELD"));
        API.confirm(request, show, other, "A1").expect(409, "LEASE_NOT_HELD");
        API.status(request).expect(404, "BOOKING_NOT_FOUND");

        API.lock(show, user, "A2").expect(200);
        API.confirmAndWait(request, show, user, "A1", "A2").expect(200);
    }

    @Test
    void knowsNothingOfAnUnknownRequest() {
        API.status(request).expect(404, "BOOKING_NOT_FOUND");
        API.decided(request).expect(404, "BOOKING_NOT_FOUND");
    }

    private Reply book(String show, String... seats) {
        API.lock(show, user, seats).expect(200);
        return API.confirmAndWait(request, show, user, seats).expect(200);
    }
}
