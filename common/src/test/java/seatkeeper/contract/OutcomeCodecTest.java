package seatkeeper.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatkeeper.contract.Command.ConfirmBooking;

class OutcomeCodecTest {

    private static final UUID ID = UUID.fromString("11111111-2222-4333-8444-555555555555");

    private static Outcome outcome(Status status, Code reason) {
        Instant time = Instant.parse("2026-01-31T12:00:00.100Z");
        List<Conflict> conflicts = reason == null ? List.of() : List.of(new Conflict("A1", reason));
        return new Outcome(
                ID,
                ConfirmBooking.TYPE,
                "show_1",
                List.of("A1"),
                List.of(),
                ID,
                null,
                "order-7",
                "f1",
                status,
                reason,
                conflicts,
                time,
                time,
                9,
                3,
                42);
    }

    @Test
    void writesTheDocumentedFields() {
        assertThat(new String(OutcomeCodec.encode(outcome(Status.REJECTED, Code.SEAT_BOOKED)), StandardCharsets.UTF_8))
                .contains(
                        "\"request_id\":\"" + ID + "\"",
                        "\"show_id\":\"show_1\"",
                        "\"seat_ids\":[\"A1\"]",
                        "\"user_id\":\"" + ID + "\"",
                        "\"status\":\"REJECTED\"",
                        "\"reason\":\"SEAT_BOOKED\"",
                        "\"conflicts\":[{\"seat_id\":\"A1\",\"code\":\"SEAT_BOOKED\"}]",
                        "\"decided_at\":\"2026-01-31T12:00:00.100Z\"",
                        "\"type\":\"confirm_booking\"",
                        "\"released_seat_ids\":[]",
                        "\"booking_request_id\":null",
                        "\"order_ref\":\"order-7\"",
                        "\"fingerprint\":\"f1\"",
                        "\"show_version\":9",
                        "\"partition\":3",
                        "\"offset\":42");
    }

    @Test
    void readsWhatItWritesAndWritesItTheSameAgain() {
        byte[] json = OutcomeCodec.encode(outcome(Status.CONFIRMED, null));
        assertThat(OutcomeCodec.decode(json)).isEqualTo(outcome(Status.CONFIRMED, null));
        assertThat(OutcomeCodec.encode(OutcomeCodec.decode(json))).isEqualTo(json);
    }

    /** As it was written before there was more than one type of command. */
    @Test
    void readsYesterdays() throws IOException {
        Outcome outcome = OutcomeCodec.decode(Messages.yesterdays("outcome-confirmed.json"));
        assertThat(outcome.confirmed()).isTrue();
        assertThat(outcome.seatIds()).containsExactly("A1", "A2");
        assertThat(outcome.releasedSeatIds()).isEmpty();
        assertThat(outcome.type()).isNull();
        assertThat(outcome.showVersion()).isZero();
        assertThat(OutcomeCodec.decode(Messages.yesterdays("outcome-rejected.json"))
                        .reason())
                .isEqualTo(Code.SEAT_BOOKED);
        assertThat(OutcomeCodec.decode(Messages.yesterdays("outcome-of-no-command.json"))
                        .userId())
                .isNull();
    }

    @Test
    void isConfirmedOrHasAReason() {
        assertThatIllegalArgumentException().isThrownBy(() -> outcome(Status.CONFIRMED, Code.SEAT_BOOKED));
        assertThatIllegalArgumentException().isThrownBy(() -> outcome(Status.REJECTED, null));
        assertThatIllegalArgumentException().isThrownBy(() -> outcome(Status.PENDING, null));
    }

    @Test
    void theFirstCodeInTheOrderLeads() {
        assertThat(Conflict.leading(List.of(
                        new Conflict("A1", Code.SEAT_BOOKED),
                        new Conflict("A2", Code.SEAT_LEASED),
                        new Conflict("A3", Code.SEAT_NOT_FOUND))))
                .isEqualTo(Code.SEAT_NOT_FOUND);
    }
}
