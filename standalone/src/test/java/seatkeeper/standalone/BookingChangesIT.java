package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatkeeper.standalone.Api.Reply;
import tools.jackson.databind.JsonNode;

/** What happens to a booking after it was made, and what operators may do. */
class BookingChangesIT {

    private final UUID user = randomUUID();
    private final UUID other = randomUUID();
    private final UUID booking = randomUUID();
    private final UUID request = randomUUID();

    @Test
    void cancelsAWholeBookingAndItsSeatsAreSoldAgain() {
        String show = show("A1", "A2");
        book(show, user, booking, "A1", "A2");
        Reply cancelled = API.cancel(request, booking, user).expect(200);
        assertThat(cancelled.texts("released_seat_ids")).containsExactlyInAnyOrder("A1", "A2");
        assertThat(API.seatMap(show)).containsValues("AVAILABLE").doesNotContainValue("BOOKED");
        book(show, other, randomUUID(), "A1", "A2");

        // The retried confirm answers its own outcome and books nothing.
        Reply again = API.confirmAndWait(booking, show, user, "A1", "A2").expect(200);
        assertThat(again.text("status")).isEqualTo("CONFIRMED");
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(API.cancel(request, booking, user).expect(200).header("Idempotent-Replayed"))
                .isEqualTo("true");
        assertThat(liveBookings(show, other)).isEqualTo(2);
        assertThat(liveBookings(show, user)).isZero();
        InvariantsIT.audit(show);
    }

    @Test
    void cancelsAPart() {
        String show = show("A1", "A2", "A3");
        book(show, user, booking, "A1", "A2", "A3");
        API.cancel(request, booking, user, "A2").expect(200);
        assertThat(API.seatMap(show)).isEqualTo(Map.of("A1", "BOOKED", "A2", "AVAILABLE", "A3", "BOOKED"));
        Reply refused = API.cancel(randomUUID(), booking, user, "A1", "A2").expect(409, "BOOKING_NOT_FOUND");
        assertThat(refused.conflicts()).isEqualTo(Map.of("A2", "BOOKING_NOT_FOUND"));
        assertThat(API.cancel(request, booking, user)
                        .expect(422, "REQUEST_ID_REUSED")
                        .texts("mismatch_fields"))
                .containsExactly("seat_ids");
        API.cancel(randomUUID(), booking, user).expect(200);
        API.cancel(randomUUID(), booking, user).expect(409, "BOOKING_NOT_FOUND");
        InvariantsIT.audit(show);
    }

    @Test
    void cancelsOnlyForTheOwner() {
        String show = show("A1");
        book(show, user, booking, "A1");
        API.cancel(request, booking, other).expect(409, "NOT_BOOKING_OWNER");
        API.cancel(randomUUID(), randomUUID(), user).expect(404, "BOOKING_NOT_FOUND");
        assertThat(API.seatMap(show)).containsEntry("A1", "BOOKED");
    }

    @Test
    void swapsSeatsInASoldOutShow() {
        String show = show("A1", "A2", "B1", "B2");
        book(show, user, booking, "A1", "A2");
        book(show, other, randomUUID(), "B2");
        API.lock(show, user, "B1").expect(200);
        assertThat(API.best(show, randomUUID(), 1, true).expect(409).code()).isEqualTo("NOT_ENOUGH_SEATS");
        Reply swapped =
                API.swap(request, booking, user, List.of("A2"), List.of("B1")).expect(200);
        assertThat(swapped.texts("seat_ids")).containsExactly("B1");
        assertThat(swapped.texts("released_seat_ids")).containsExactly("A2");
        assertThat(API.seatMap(show))
                .isEqualTo(Map.of("A1", "BOOKED", "A2", "AVAILABLE", "B1", "BOOKED", "B2", "BOOKED"));
        // The booking is still one, and is cancelled as one.
        assertThat(API.cancel(randomUUID(), booking, user).expect(200).texts("released_seat_ids"))
                .containsExactlyInAnyOrder("A1", "B1");
        InvariantsIT.audit(show);
    }

    @Test
    void keepsTheBookingWhenASwapIsRefused() {
        String show = show("A1", "B1");
        book(show, user, booking, "A1");
        API.swap(request, booking, user, List.of("A1"), List.of("B1")).expect(409, "LEASE_NOT_HELD");
        book(show, other, randomUUID(), "B1");
        Kafka.send(swapCommand(show));
        Reply rejected = API.decided(request).expect(200);
        assertThat(rejected.text("reason")).isEqualTo("SEAT_BOOKED");
        assertThat(API.seatMap(show)).containsEntry("A1", "BOOKED");
        assertThat(liveBookings(show, user)).isEqualTo(1);
        InvariantsIT.audit(show);
    }

    private Map<String, Object> swapCommand(String show) {
        Map<String, Object> command = Kafka.command(request, show, user, "A1");
        command.put("type", "swap_booking");
        command.remove("seat_ids");
        command.put("booking_request_id", booking.toString());
        command.put("give_seat_ids", List.of("A1"));
        command.put("take_seat_ids", List.of("B1"));
        return command;
    }

    @Test
    void booksDirectlyForOperatorsOnly() {
        String show = limitedShow(1, "A1", "A2");
        Map<String, Object> body = Api.seats(show, user, "A1", "A2");
        body.put("request_id", request);
        API.command("/booking/direct", body).expect(403, "FORBIDDEN");
        API.command("/booking/direct", body, "Authorization", "Bearer guess").expect(403, "FORBIDDEN");
        API.operate("/booking/direct", request, show, user, "A1", "A2").expect(200);
        assertThat(API.seatMap(show)).doesNotContainValue("AVAILABLE");
        API.cancel(randomUUID(), request, user, "A1").expect(200);
        InvariantsIT.audit(show);
    }

    @Test
    void takesSeatsOffSaleAndReturnsThem() {
        String show = show("A1", "A2", "A3");
        book(show, user, booking, "A3");
        Reply refused = API.operate("/booking/block", randomUUID(), show, other, "A2", "A3")
                .expect(409, "SEAT_BOOKED");
        assertThat(refused.conflicts()).isEqualTo(Map.of("A3", "SEAT_BOOKED"));
        API.operate("/booking/block", request, show, other, "A1", "A2").expect(200);
        assertThat(API.seatMap(show)).isEqualTo(Map.of("A1", "BLOCKED", "A2", "BLOCKED", "A3", "BOOKED"));
        assertThat(API.lock(show, user, "A1", "A3").expect(409, "SEAT_BOOKED").conflicts())
                .isEqualTo(Map.of("A1", "SEAT_BLOCKED", "A3", "SEAT_BOOKED"));
        API.lock(show, user, "A1").expect(409, "SEAT_BLOCKED");
        API.operate("/booking/unblock", randomUUID(), show, other, "A1").expect(200);
        book(show, user, randomUUID(), "A1");
        InvariantsIT.audit(show);
    }

    @Test
    void takesALateConfirmIfTheSeatsAreStillFree() {
        String show = show("A1", "A2");
        API.confirm(request, show, user, "A1").expect(409, "LEASE_NOT_HELD");
        assertThat(late(request, show, "A1").expect(200).text("status")).isEqualTo("CONFIRMED");
        API.lock(show, other, "A2").expect(200);
        late(randomUUID(), show, "A2").expect(409, "SEAT_LEASED");
        assertThat(late(randomUUID(), show, "A1").expect(409).code()).isEqualTo("SEAT_BOOKED");
        InvariantsIT.audit(show);
    }

    private Reply late(UUID id, String show, String... seats) {
        Map<String, Object> body = Api.seats(show, user, seats);
        body.put("request_id", id);
        body.put("late_policy", "IF_STILL_FREE");
        return API.command("/booking/confirm", body);
    }

    @Test
    void limitsTheSeatsOfAUser() {
        String show = limitedShow(2, "A1", "A2", "A3", "A4");
        API.lock(show, user, "A1", "A2", "A3").expect(409, "SEAT_LIMIT_EXCEEDED");
        book(show, user, booking, "A1");
        API.lock(show, user, "A2").expect(200);
        API.lock(show, user, "A2").expect(200);
        API.lock(show, user, "A3").expect(409, "SEAT_LIMIT_EXCEEDED");
        API.best(show, user, 1, true).expect(409, "SEAT_LIMIT_EXCEEDED");
        // Past the leases, through Kafka, the transaction enforces it.
        Kafka.send(Kafka.command(request, show, user, "A3", "A4"));
        assertThat(API.decided(request).expect(200).text("reason")).isEqualTo("SEAT_LIMIT_EXCEEDED");
        API.cancel(randomUUID(), booking, user).expect(200);
        API.lock(show, user, "A3").expect(200);
        InvariantsIT.audit(show);
    }

    @Test
    void carriesTheOrderReference() {
        String show = show("A1", "A2");
        String order = "order/" + randomUUID();
        API.lock(show, user, "A1").expect(200);
        Map<String, Object> body = Api.seats(show, user, "A1");
        body.put("request_id", booking);
        body.put("order_ref", order);
        assertThat(API.command("/booking/confirm", body).expect(200).text("order_ref"))
                .isEqualTo(order);
        API.cancel(request, booking, user).expect(200);
        Reply found = API.get("/booking/requests?order_ref=" + order).expect(200);
        assertThat(found.body().path("requests").findValuesAsString("request_id"))
                .containsExactly(booking.toString(), request.toString());
        body.put("order_ref", "another");
        assertThat(API.command("/booking/confirm", body)
                        .expect(422, "REQUEST_ID_REUSED")
                        .texts("mismatch_fields"))
                .containsExactly("order_ref");
        body.put("order_ref", "not\nprintable");
        assertThat(API.command("/booking/confirm", body)
                        .expect(400, "INVALID_REQUEST")
                        .text("field"))
                .isEqualTo("order_ref");
    }

    /** Whatever one entry is, the others are decided; and it is answered as it would have been alone. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"seat_ids\":\"A3\"}",
                "{\"seat_ids\":[3]}",
                "{\"order_ref\":4711}",
                "{\"request_id\":12}",
                "{\"late_policy\":true}",
                "{\"seatIds\":[\"A1\"]}",
                "[]",
                "\"x\"",
                "7",
                "null"
            })
    void oneBadEntryIsOneBadEntry(String bad) {
        String show = show("A1", "A2");
        API.lock(show, user, "A1", "A2").expect(200);
        UUID first = randomUUID();
        String batch = "{\"confirms\":[%s,%s,%s]}"
                .formatted(
                        Api.confirmation(first, show, user, "A1"),
                        bad,
                        Api.confirmation(randomUUID(), show, user, "A2"));
        JsonNode results = API.post("/booking/confirm/batch", batch, "Prefer", "wait=20")
                .expect(200)
                .body()
                .path("results");
        assertThat(results.path(0).path("http_status").asInt()).isEqualTo(200);
        assertThat(results.path(0).path("request_id").asString()).isEqualTo(first.toString());
        assertThat(results.path(1).path("http_status").asInt()).isEqualTo(400);
        assertThat(results.path(1).path("body").path("code").asString()).isEqualTo("INVALID_REQUEST");
        assertThat(results.path(2).path("http_status").asInt()).isEqualTo(200);
    }

    @Test
    void confirmsABatchEachOnItsOwn() {
        String show = show("A1", "A2", "A3");
        API.lock(show, user, "A1", "A2").expect(200);
        List<Map<String, Object>> confirms = new ArrayList<>();
        for (String seat : List.of("A1", "A2", "A3")) {
            Map<String, Object> body = Api.seats(show, user, seat);
            body.put("request_id", randomUUID());
            confirms.add(body);
        }
        confirms.add(Map.of("request_id", "x"));
        Reply answer = API.command("/booking/confirm/batch", Map.of("confirms", confirms))
                .expect(200);
        List<Integer> statuses = new ArrayList<>();
        answer.body()
                .path("results")
                .forEach(result -> statuses.add(result.path("http_status").asInt()));
        assertThat(statuses).containsExactly(200, 200, 409, 400);
        assertThat(answer.body()
                        .path("results")
                        .path(2)
                        .path("body")
                        .path("code")
                        .asString())
                .isEqualTo("LEASE_NOT_HELD");
        API.command("/booking/confirm/batch", Map.of("confirms", List.of())).expect(400, "INVALID_REQUEST");
        InvariantsIT.audit(show);
    }

    @Test
    void refusesEverythingInAnArchivedShow() {
        String show = show("A1", "A2");
        book(show, user, booking, "A1");
        API.post("/shows/" + show + "/archive", "").expect(403, "FORBIDDEN");
        API.post("/shows/" + show + "/archive", "", "Authorization", "Bearer " + LocalApplications.OPERATOR_KEY)
                .expect(200);
        API.lock(show, user, "A2").expect(409, "SHOW_CLOSED");
        API.best(show, user, 1, true).expect(409, "SHOW_CLOSED");
        API.cancel(request, booking, user).expect(409, "SHOW_CLOSED");
        assertThat(API.status(booking).expect(200).text("status")).isEqualTo("CONFIRMED");
    }

    @Test
    void leasesOnlyWhileOnSale() {
        String show = show("A1");
        rules(show, "\"on_sale_at\":\"2099-01-01T00:00:00Z\"");
        API.lock(show, user, "A1").expect(409, "SHOW_CLOSED");
        rules(show, "\"off_sale_at\":\"2020-01-01T00:00:00Z\"");
        API.lock(show, user, "A1").expect(409, "SHOW_CLOSED");
        rules(show, "\"on_sale_at\":\"2020-01-01T00:00:00Z\",\"off_sale_at\":\"2099-01-01T00:00:00Z\"");
        API.lock(show, user, "A1").expect(200);
    }

    @Test
    void releasesAllAndListsWhatAUserHas() {
        String show = show("A1", "A2", "A3", "A4");
        API.lock(show, user, "A1", "A2").expect(200);
        API.lock(show, other, "A3").expect(200);
        book(show, user, booking, "A4");
        Reply leases = API.get("/users/" + user + "/leases?show_id=" + show).expect(200);
        assertThat(leases.body().path("leases").findValuesAsString("seat_id")).containsExactlyInAnyOrder("A1", "A2");
        Reply released = API.post("/seat-lock/release-all", Api.json(Map.of("show_id", show, "user_id", user)))
                .expect(200);
        assertThat(released.texts("seat_ids")).containsExactlyInAnyOrder("A1", "A2");
        API.lock(show, other, "A1", "A2").expect(200);
        API.verify(show, other, "A3").expect(200);
        Reply bookings = API.get("/users/" + user + "/bookings?limit=1").expect(200);
        assertThat(bookings.body().path("bookings").findValuesAsString("seat_id"))
                .containsExactly("A4");
        assertThat(bookings.text("next")).isEqualTo(show + ":A4");
        assertThat(API.get("/users/" + user + "/bookings?after=" + bookings.text("next"))
                        .expect(200)
                        .body()
                        .path("bookings"))
                .isEmpty();
    }

    @Test
    void freesALeaseTheMapForgot() {
        String show = show("A1", "A2");
        API.lock(Duration.ofSeconds(1), show, user, "A1").expect(200);
        await().atMost(5, SECONDS)
                .untilAsserted(() -> API.best(show, other, 2, true).expect(200));
    }

    private static String limitedShow(int limit, String... seats) {
        String show = show(seats);
        rules(show, "\"seat_limit\":" + limit);
        return show;
    }

    private static void rules(String show, String rules) {
        API.put("/shows/" + show, "{\"seats\":[\"A1\"]," + rules + "}").expect(200);
    }

    private static void book(String show, UUID user, UUID request, String... seats) {
        API.lock(show, user, seats).expect(200);
        API.confirmAndWait(request, show, user, seats).expect(200);
    }

    private static long liveBookings(String show, UUID user) {
        return Db.count(
                "select count(*) from bookings where show_id = ? and user_id = ? and cancelled_at is null", show, user);
    }
}
