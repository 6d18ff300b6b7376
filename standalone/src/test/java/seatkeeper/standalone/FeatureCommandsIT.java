package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;

/** All commands but the plain confirm through Kafka alone, and what the tables say afterwards. */
class FeatureCommandsIT {

    private final Kafka.Reader outcomes = Kafka.outcomes();
    private final UUID user = randomUUID();
    private final UUID other = randomUUID();
    private final UUID booking = randomUUID();

    @AfterEach
    void close() {
        outcomes.close();
    }

    @Test
    void cancelsAWholeBookingWhoseSeatsAreSoldAgain() {
        String show = show("A1", "A2", "A3");
        Map<String, Object> confirm = confirm(booking, show, user, "A1", "A2");
        confirm.put("order_ref", "order-7");
        Outcome booked = confirmed(confirm);
        assertThat(booked.orderRef()).isEqualTo("order-7");

        Outcome cancelled = confirmed(cancel(show, user));
        assertThat(cancelled.type()).isEqualTo("cancel_booking");
        assertThat(cancelled.seatIds()).isEmpty();
        assertThat(cancelled.releasedSeatIds()).containsExactlyInAnyOrder("A1", "A2");
        assertThat(cancelled.bookingRequestId()).isEqualTo(booking);
        assertThat(cancelled.orderRef()).isEqualTo("order-7");
        assertThat(cancelled.showVersion()).isEqualTo(booked.showVersion() + 1);
        assertThat(seats(show)).isEqualTo(Map.of("A1", "AVAILABLE", "A2", "AVAILABLE", "A3", "AVAILABLE"));

        assertThat(rejected(cancel(show, user)).reason()).isEqualTo(Code.BOOKING_NOT_FOUND);
        confirmed(confirm(randomUUID(), show, other, "A1", "A2"));
        assertThat(live(show, other)).containsExactly("A1", "A2");
        InvariantsIT.audit(show);
    }

    @Test
    void cancelsAPart() {
        String show = show("A1", "A2", "A3");
        confirmed(confirm(booking, show, user, "A1", "A2", "A3"));
        assertThat(confirmed(cancel(show, user, "A2")).releasedSeatIds()).containsExactly("A2");

        Outcome refused = rejected(cancel(show, user, "A1", "A2", "Z9"));
        assertThat(refused.reason()).isEqualTo(Code.SEAT_NOT_FOUND);
        assertThat(refused.conflicts())
                .containsExactlyInAnyOrder(
                        new Conflict("A2", Code.BOOKING_NOT_FOUND), new Conflict("Z9", Code.SEAT_NOT_FOUND));
        assertThat(refused.releasedSeatIds()).containsExactly("A1", "A2", "Z9");
        assertThat(live(show, user)).containsExactly("A1", "A3");

        assertThat(confirmed(cancel(show, user)).releasedSeatIds()).containsExactlyInAnyOrder("A1", "A3");
        InvariantsIT.audit(show);
    }

    @Test
    void cancelsForTheOwnerOnlyAndInItsShowOnly() {
        String show = show("A1");
        confirmed(confirm(booking, show, user, "A1"));
        assertThat(rejected(cancel(show, other)).reason()).isEqualTo(Code.NOT_BOOKING_OWNER);
        assertThat(rejected(cancel(show("A1"), user)).reason()).isEqualTo(Code.BOOKING_NOT_FOUND);
        assertThat(live(show, user)).containsExactly("A1");
        InvariantsIT.audit(show);
    }

    @Test
    void answersARetriedConfirmOfACancelledBookingAndBooksNothing() {
        String show = show("A1");
        Map<String, Object> confirm = confirm(booking, show, user, "A1");
        Outcome first = confirmed(confirm);
        Map<String, Object> cancel = cancel(show, user);
        Outcome cancelled = confirmed(cancel);

        replays(confirm, first);
        replays(cancel, cancelled);
        assertThat(live(show, user)).isEmpty();
        assertThat(seats(show)).isEqualTo(Map.of("A1", "AVAILABLE"));
        InvariantsIT.audit(show);
    }

    @Test
    void swapsWithinOneBooking() {
        String show = show("A1", "A2", "B1", "B2");
        confirmed(confirm(booking, show, user, "A1", "A2"));
        Map<String, Object> swap = swap(booking, show, List.of("A2"), List.of("B1"));
        Outcome swapped = confirmed(swap);
        assertThat(swapped.seatIds()).containsExactly("B1");
        assertThat(swapped.releasedSeatIds()).containsExactly("A2");
        assertThat(swapped.bookingRequestId()).isEqualTo(booking);

        // A swap's request_id stands for the booking it was about.
        Outcome again = confirmed(swap(swapped.requestId(), show, List.of("A1", "B1"), List.of("B2")));
        assertThat(again.bookingRequestId()).isEqualTo(booking);
        assertThat(live(show, user)).containsExactly("B2");
        replays(swap, swapped);

        assertThat(confirmed(cancel(show, user)).releasedSeatIds()).containsExactly("B2");
        replays(swap, swapped);
        assertThat(seats(show)).doesNotContainValue("BOOKED");
        InvariantsIT.audit(show);
    }

    @Test
    void keepsTheBookingWhenItsSwapIsRefused() {
        String show = show("A1", "A2");
        confirmed(confirm(booking, show, user, "A1"));
        confirmed(confirm(randomUUID(), show, other, "A2"));
        Outcome refused = rejected(swap(booking, show, List.of("A1"), List.of("A2")));
        assertThat(refused.reason()).isEqualTo(Code.SEAT_BOOKED);
        assertThat(refused.conflicts()).containsExactly(new Conflict("A2", Code.SEAT_BOOKED));
        assertThat(live(show, user)).containsExactly("A1");
        InvariantsIT.audit(show);
    }

    @Test
    void keepsToTheLimitOfTheShow() {
        String show = show("A1", "A2", "A3", "A4");
        Db.update("update shows set seat_limit = 2 where id = ?", show);
        confirmed(confirm(booking, show, user, "A1", "A2"));
        Outcome refused = rejected(confirm(randomUUID(), show, user, "A3"));
        assertThat(refused.reason()).isEqualTo(Code.SEAT_LIMIT_EXCEEDED);
        assertThat(refused.conflicts()).isEmpty();
        confirmed(swap(booking, show, List.of("A1"), List.of("A3")));
        assertThat(rejected(swap(booking, show, List.of("A3"), List.of("A1", "A4")))
                        .reason())
                .isEqualTo(Code.SEAT_LIMIT_EXCEEDED);
        confirmed(cancel(show, user, "A2"));
        confirmed(confirm(randomUUID(), show, user, "A4"));
        assertThat(live(show, user)).containsExactly("A3", "A4");
        InvariantsIT.audit(show);
    }

    @Test
    void booksDirectlyBeyondTheLimit() {
        String show = show("A1", "A2");
        Db.update("update shows set seat_limit = 1 where id = ?", show);
        Map<String, Object> direct = Kafka.command(
                "book_direct", booking, show, user, Map.of("seat_ids", List.of("A1", "A2"), "order_ref", "box-1"));
        Outcome booked = confirmed(direct);
        assertThat(booked.orderRef()).isEqualTo("box-1");
        assertThat(live(show, user)).containsExactly("A1", "A2");
        confirmed(cancel(show, user));
        replays(direct, booked);
        assertThat(live(show, user)).isEmpty();
        InvariantsIT.audit(show);
    }

    @Test
    void takesSeatsOffSaleAndReturnsThem() {
        String show = show("A1", "A2", "A3");
        confirmed(confirm(booking, show, user, "A3"));
        Outcome refused = rejected(block(show, "A2", "A3"));
        assertThat(refused.reason()).isEqualTo(Code.SEAT_BOOKED);
        assertThat(seats(show)).isEqualTo(Map.of("A1", "AVAILABLE", "A2", "AVAILABLE", "A3", "BOOKED"));

        Map<String, Object> block = block(show, "A1", "A2");
        Outcome blocked = confirmed(block);
        assertThat(blocked.seatIds()).containsExactly("A1", "A2");
        assertThat(seats(show)).isEqualTo(Map.of("A1", "BLOCKED", "A2", "BLOCKED", "A3", "BOOKED"));
        assertThat(rejected(confirm(randomUUID(), show, user, "A1")).reason()).isEqualTo(Code.SEAT_BLOCKED);
        assertThat(rejected(block(show, "A1")).reason()).isEqualTo(Code.SEAT_BLOCKED);
        assertThat(rejected(unblock(show, "A1", "A3")).reason()).isEqualTo(Code.SEAT_BOOKED);

        Map<String, Object> unblock = unblock(show, "A1");
        Outcome unblocked = confirmed(unblock);
        assertThat(unblocked.releasedSeatIds()).containsExactly("A1");
        confirmed(unblock(show, "A1"));
        replays(block, blocked);
        replays(unblock, unblocked);
        confirmed(confirm(randomUUID(), show, user, "A1"));
        assertThat(seats(show)).isEqualTo(Map.of("A1", "BOOKED", "A2", "BLOCKED", "A3", "BOOKED"));
        InvariantsIT.audit(show);
    }

    @Test
    void refusesEverythingInAnArchivedShow() {
        String show = show("A1", "A2");
        Outcome booked = confirmed(confirm(booking, show, user, "A1"));
        Db.update("update shows set archived_at = now() where id = ?", show);
        Stream.of(
                        confirm(randomUUID(), show, user, "A2"),
                        cancel(show, user),
                        swap(booking, show, List.of("A1"), List.of("A2")),
                        block(show, "A2"),
                        unblock(show, "A2"))
                .map(this::rejected)
                .forEach(refused -> assertThat(refused.reason()).isEqualTo(Code.SHOW_CLOSED));
        assertThat(live(show, user)).containsExactly("A1");
        replays(confirm(booking, show, user, "A1"), booked);
        InvariantsIT.audit(show);
    }

    /** Sold, given back, sold again, swapped away: whatever of it one batch has to decide. */
    @Test
    void decidesABookingsWholeLifeInOneBatch() {
        String show = show("A1", "A2");
        UUID second = randomUUID();
        UUID third = randomUUID();
        List<Map<String, Object>> life = List.of(
                confirm(booking, show, user, "A1"),
                cancel(show, user),
                confirm(second, show, other, "A1"),
                Kafka.command(
                        "swap_booking",
                        randomUUID(),
                        show,
                        other,
                        Map.of(
                                "booking_request_id", second,
                                "give_seat_ids", List.of("A1"),
                                "take_seat_ids", List.of("A2"))),
                confirm(third, show, user, "A1"),
                confirm(booking, show, user, "A1"));
        try (var _ = RunningSystem.workerPaused()) {
            List<ProducerRecord<byte[], byte[]>> records =
                    life.stream().map(Kafka::commandRecord).toList();
            assertThat(Kafka.sendAll(records)).hasSameSizeAs(life);
        }
        assertThat(outcomes.outcome(third).status()).isEqualTo(Status.CONFIRMED);
        long first = outcomes.outcome(booking).showVersion();
        assertThat(life.stream().map(command -> outcomes.outcome(id(command))))
                .allMatch(Outcome::confirmed)
                .extracting(Outcome::showVersion)
                .containsExactly(first, first + 1, first + 2, first + 3, first + 4, first);
        assertThat(live(show, user)).containsExactly("A1");
        assertThat(live(show, other)).containsExactly("A2");
        InvariantsIT.audit(show);
    }

    private static Map<String, Object> confirm(UUID request, String show, UUID user, String... seats) {
        return Kafka.command(request, show, user, seats);
    }

    private Map<String, Object> cancel(String show, UUID user, String... seats) {
        return Kafka.command(
                "cancel_booking",
                randomUUID(),
                show,
                user,
                seats.length == 0
                        ? Map.of("booking_request_id", booking)
                        : Map.of("booking_request_id", booking, "seat_ids", List.of(seats)));
    }

    private Map<String, Object> swap(UUID booking, String show, List<String> given, List<String> taken) {
        return Kafka.command(
                "swap_booking",
                randomUUID(),
                show,
                user,
                Map.of("booking_request_id", booking, "give_seat_ids", given, "take_seat_ids", taken));
    }

    private Map<String, Object> block(String show, String... seats) {
        return Kafka.command("block_seats", randomUUID(), show, other, Map.of("seat_ids", List.of(seats)));
    }

    private Map<String, Object> unblock(String show, String... seats) {
        return Kafka.command("unblock_seats", randomUUID(), show, other, Map.of("seat_ids", List.of(seats)));
    }

    private static UUID id(Map<String, Object> command) {
        return UUID.fromString(command.get("request_id").toString());
    }

    private Outcome decided(Map<String, Object> command) {
        Kafka.send(command);
        return outcomes.outcome(id(command));
    }

    private Outcome confirmed(Map<String, Object> command) {
        Outcome outcome = decided(command);
        assertThat(outcome.status()).as("%s", outcome).isEqualTo(Status.CONFIRMED);
        return outcome;
    }

    private Outcome rejected(Map<String, Object> command) {
        Outcome outcome = decided(command);
        assertThat(outcome.status()).as("%s", outcome).isEqualTo(Status.REJECTED);
        return outcome;
    }

    /** Sent again it is answered again, with nothing but its first outcome. */
    private void replays(Map<String, Object> command, Outcome first) {
        int answers = outcomes.of(first.requestId()).size();
        Kafka.send(command);
        await().atMost(20, SECONDS).until(() -> outcomes.of(first.requestId()).size() > answers);
        assertThat(outcomes.of(first.requestId())).allMatch(first::equals);
    }

    private static List<String> live(String show, UUID user) {
        return Db.column(
                "select seat_id from bookings where show_id = ? and user_id = ? and cancelled_at is null order by 1",
                show,
                user);
    }

    private static Map<String, String> seats(String show) {
        Map<String, String> seats = new TreeMap<>();
        Db.column("select id || '=' || status from seats where show_id = ?", show)
                .forEach(
                        seat -> seats.put(seat.substring(0, seat.indexOf('=')), seat.substring(seat.indexOf('=') + 1)));
        return seats;
    }
}
