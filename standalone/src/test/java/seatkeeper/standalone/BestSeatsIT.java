package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static org.assertj.core.api.Assertions.assertThat;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatkeeper.standalone.Api.Reply;

/** The best seats that are left, in one step. */
class BestSeatsIT {

    private final UUID user = randomUUID();
    private final UUID other = randomUUID();

    @Test
    void takesTheFirstRowAndLeavesNoSingleSeat() {
        String show = show(rows("A", 5, "B", 4));
        // Four of five would leave one alone; the next row fits.
        assertThat(best(show, 4, true)).containsExactly("B1", "B2", "B3", "B4");
        assertThat(best(show, 3, true)).containsExactly("A1", "A2", "A3");
        assertThat(best(show, 2, true)).containsExactly("A4", "A5");
    }

    @Test
    void leavesASingleSeatWhereItMust() {
        String show = show(rows("A", 3));
        assertThat(best(show, 2, true)).containsExactly("A1", "A2");
        assertThat(best(show, 1, true)).containsExactly("A3");
    }

    @Test
    void rowsAndMissingNumbersSeparate() {
        String show = show("A1", "A2", "A4", "A5", "A6", "B1");
        assertThat(best(show, 3, true)).containsExactly("A4", "A5", "A6");
        API.best(show, user, 3, true).expect(409, "NOT_ENOUGH_TOGETHER");
        Reply apart = API.best(show, user, 3, false).expect(200);
        assertThat(apart.body().path("together").asBoolean(true)).isFalse();
        assertThat(apart.texts("seat_ids")).containsExactly("A1", "A2", "B1");
        API.best(show, user, 1, true).expect(409, "NOT_ENOUGH_SEATS");
    }

    @Test
    void keepsToASection() {
        String show = show();
        API.put("/shows/" + show, """
                        {"sections":[{"name":"front","rows":1,"seats_per_row":2},{"name":"back","rows":2,"seats_per_row":3}]}
                        """).expect(201);
        assertThat(inSection(show, "back", 3).expect(200).texts("seat_ids"))
                .containsExactly("back-1-1", "back-1-2", "back-1-3");
        inSection(show, "front", 3).expect(409, "NOT_ENOUGH_SEATS");
        inSection(show, "nowhere", 1).expect(409, "SEAT_NOT_FOUND");
    }

    private Reply inSection(String show, String section, int quantity) {
        return API.post(
                "/seat-lock/best",
                Api.json(Map.of("show_id", show, "user_id", user, "quantity", quantity, "section", section)));
    }

    @Test
    void passesOverWhatIsTaken() {
        String show = show(rows("A", 6));
        API.lock(show, other, "A2").expect(200);
        API.confirmAndWait(randomUUID(), show, other, "A2").expect(200);
        API.lock(show, other, "A5").expect(200);
        assertThat(best(show, 2, true)).containsExactly("A3", "A4");
        API.release(show, other, "A5").expect(200);
        assertThat(best(show, 2, true)).containsExactly("A5", "A6");
    }

    @Test
    void twoHundredAtOnceGetDisjointSeatsOrARefusal() throws InterruptedException {
        String show = show();
        API.put("/shows/" + show, "{\"sections\":[{\"name\":\"S\",\"rows\":30,\"seats_per_row\":10}]}")
                .expect(201);
        List<Reply> replies;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Reply>> calls = IntStream.range(0, 200)
                    .<Callable<Reply>>mapToObj(_ -> () -> API.best(show, randomUUID(), 2, true))
                    .toList();
            replies = threads.invokeAll(calls).stream().map(Future::resultNow).toList();
        }
        List<String> leased = new ArrayList<>();
        for (Reply reply : replies) {
            if (reply.status() == 200) {
                assertThat(reply.texts("seat_ids")).hasSize(2);
                leased.addAll(reply.texts("seat_ids"));
            } else {
                assertThat(reply.status()).isEqualTo(409);
                assertThat(reply.code()).isEqualTo("NOT_ENOUGH_SEATS");
            }
        }
        assertThat(leased).doesNotHaveDuplicates().hasSize(300);
    }

    @Test
    void refusesBadInput() {
        String show = show("A1");
        for (String quantity : List.of("0", "-1", "51", "1.5", "\"2\"", "null")) {
            Reply refused = API.post(
                            "/seat-lock/best",
                            "{\"show_id\":\"%s\",\"user_id\":\"%s\",\"quantity\":%s}".formatted(show, user, quantity))
                    .expect(400, "INVALID_REQUEST");
            assertThat(refused.text("field")).isEqualTo("quantity");
        }
        API.best("nowhere-" + randomUUID(), user, 1, true).expect(404, "SHOW_NOT_FOUND");
    }

    private List<String> best(String show, int quantity, boolean adjacent) {
        return API.best(show, user, quantity, adjacent).expect(200).texts("seat_ids");
    }

    /** Names and lengths of rows, to their seats. */
    private static String[] rows(Object... rows) {
        List<String> seats = new ArrayList<>();
        for (int i = 0; i < rows.length; i += 2) {
            for (int number = 1; number <= (Integer) rows[i + 1]; number++) {
                seats.add(rows[i].toString() + number);
            }
        }
        return seats.toArray(String[]::new);
    }
}
