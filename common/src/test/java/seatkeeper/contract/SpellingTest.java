package seatkeeper.contract;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpellingTest {

    private static final List<String> KNOWN =
            List.of("seat_ids", "user_id", "give_seat_ids", "on_sale_at", "seats", "seat_limit", "sections");

    @ParameterizedTest
    @CsvSource({
        "seatIds, seat_ids",
        "SEAT_IDS, seat_ids",
        "seat-ids, seat_ids",
        "seat_id, seat_ids",
        "seatid, seat_ids",
        "userId, user_id",
        "user_ids, user_id",
        "give_seats, give_seat_ids",
        "giveSeatId, give_seat_ids",
        "onSaleAt, on_sale_at",
        "seatLimit, seat_limit",
        "section, sections"
    })
    void namesTheFieldThatIsMeant(String written, String meant) {
        assertThatThrownBy(() -> Spelling.check("confirms[1].", written, KNOWN))
                .isInstanceOf(InvalidField.class)
                .hasMessage("confirms[1]." + written + " is not known; " + meant + " is meant");
    }

    @ParameterizedTest
    @ValueSource(strings = {"seat_ids", "seats", "user", "note", "on_sale", "limit", "", "_", "s"})
    void letsOthersPass(String name) {
        assertThatCode(() -> Spelling.check("", name, KNOWN)).doesNotThrowAnyException();
    }
}
