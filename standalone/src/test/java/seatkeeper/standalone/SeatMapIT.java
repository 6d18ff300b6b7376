package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static org.assertj.core.api.Assertions.assertThat;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import seatkeeper.standalone.Api.Reply;

/** Ways to look at a show: what is not free, what changed, how much is left, what happened. */
class SeatMapIT {

    private final UUID user = randomUUID();
    private final UUID booking = randomUUID();

    @Test
    void tellsOnlyWhatIsNotFreeAndThenWhatChanged() {
        String show = show("A1", "A2", "A3", "A4");
        Reply empty = sparse(show, "");
        assertThat(empty.body().path("complete").asBoolean()).isTrue();
        assertThat(states(empty)).isEmpty();
        long before = empty.body().path("version").asLong();

        book(show, "A1", "A2");
        API.lock(show, user, "A3").expect(200);
        Reply complete = sparse(show, "");
        assertThat(states(complete)).isEqualTo(Map.of("A1", "BOOKED", "A2", "BOOKED"));
        assertThat(complete.body().path("leases").findValuesAsString("seat_id")).containsExactly("A3");

        Reply changes = sparse(show, "?since=" + before);
        assertThat(changes.body().path("complete").asBoolean(true)).isFalse();
        assertThat(states(changes)).isEqualTo(Map.of("A1", "BOOKED", "A2", "BOOKED"));

        long booked = changes.body().path("version").asLong();
        assertThat(states(sparse(show, "?since=" + booked))).isEmpty();
        API.cancel(randomUUID(), booking, user, "A2").expect(200);
        assertThat(states(sparse(show, "?since=" + booked))).isEqualTo(Map.of("A2", "AVAILABLE"));
        assertThat(states(sparse(show, "?since=" + before))).isEqualTo(Map.of("A1", "BOOKED", "A2", "AVAILABLE"));

        API.put("/shows/" + show, "{\"seats\":[\"A5\"]}").expect(200);
        assertThat(sparse(show, "?since=" + booked).body().path("complete").asBoolean())
                .isTrue();
        assertThat(sparse(show, "?since=999999").body().path("complete").asBoolean())
                .isTrue();
        API.get("/shows/" + show + "/seats?since=x").expect(400, "INVALID_REQUEST");
        API.get("/shows/" + show + "x/seats").expect(404, "SHOW_NOT_FOUND");
    }

    @Test
    void answersNotModified() {
        String show = show("A1");
        Reply first = sparse(show, "");
        String etag = first.header("ETag");
        assertThat(API.get("/shows/" + show + "/seats", "If-None-Match", etag).status())
                .isEqualTo(304);
        API.lock(show, user, "A1").expect(200);
        API.get("/shows/" + show + "/seats", "If-None-Match", etag).expect(200);
    }

    @Test
    void countsBySection() {
        String show = show();
        API.put("/shows/" + show, """
                        {"sections":[{"name":"S","rows":2,"seats_per_row":3,"category":"cheap"},
                                     {"name":"T","rows":1,"seats_per_row":4}],"seat_limit":9}
                        """).expect(201);
        API.lock(show, user, "S-1-1", "S-2-3").expect(200);
        API.confirmAndWait(booking, show, user, "S-1-1", "S-2-3").expect(200);
        API.lock(show, user, "T-1-1").expect(200);
        API.operate("/booking/block", randomUUID(), show, user, "T-1-3", "T-1-4")
                .expect(200);
        Reply counts = API.get("/shows/" + show).expect(200);
        assertThat(counts.body().path("seat_limit").asInt()).isEqualTo(9);
        assertThat(counts.body().path("sections").toString())
                .isEqualTo("[{\"name\":\"S\",\"available\":4,\"leased\":0,\"booked\":2,\"blocked\":0},"
                        + "{\"name\":\"T\",\"available\":1,\"leased\":1,\"booked\":0,\"blocked\":2}]");
        RunningSystem.flushRedis();
        assertThat(API.get("/shows/" + show)
                        .expect(200)
                        .body()
                        .path("sections")
                        .path(0)
                        .path("booked")
                        .asInt())
                .isEqualTo(2);
        API.get("/shows/" + show + "x").expect(404, "SHOW_NOT_FOUND");
    }

    @Test
    void showsItsLayout() {
        String show = show();
        API.put("/shows/" + show, """
                        {"seats":[{"id":"x1","section":"S","row":"1","number":2,"category":"gold"},
                                  {"id":"x2","section":"S","row":"1","number":1},"B12"]}
                        """).expect(201);
        Reply layout = API.get("/shows/" + show + "/layout").expect(200);
        assertThat(layout.body().path("sections").findValuesAsString("id")).containsExactly("x2", "x1", "B12");
        assertThat(layout.body()
                        .path("sections")
                        .path(1)
                        .path("rows")
                        .path(0)
                        .path("name")
                        .asString())
                .isEqualTo("B");
        assertThat(layout.header("ETag")).isNotEmpty();
    }

    @Test
    void keepsTheHistory() {
        String show = show("A1", "A2");
        book(show, "A1", "A2");
        UUID cancel = randomUUID();
        API.cancel(cancel, booking, user, "A1").expect(200);
        API.cancel(randomUUID(), booking, randomUUID(), "A2").expect(409, "NOT_BOOKING_OWNER");
        Reply history = API.get("/shows/" + show + "/history").expect(200);
        assertThat(history.body().path("history").findValuesAsString("type"))
                .containsExactly("confirm_booking", "cancel_booking", "cancel_booking");
        assertThat(history.body().path("history").findValuesAsString("status"))
                .containsExactly("CONFIRMED", "CONFIRMED", "REJECTED");
        Reply first = API.get("/shows/" + show + "/history?limit=2").expect(200);
        assertThat(first.body().path("history")).hasSize(2);
        assertThat(API.get("/shows/" + show + "/history?after=" + first.text("next"))
                        .expect(200)
                        .body()
                        .path("history"))
                .hasSize(1);
        API.get("/shows/" + show + "/history?limit=0").expect(400, "INVALID_REQUEST");
    }

    @Test
    void listsShows() {
        String show = show("A1");
        Reply list = API.get("/shows?limit=1000&after=" + show.substring(0, show.length() - 1))
                .expect(200);
        assertThat(list.body().path("shows").path(0).path("show_id").asString()).isEqualTo(show);
    }

    private static Reply sparse(String show, String query) {
        return API.get("/shows/" + show + "/seats" + query).expect(200);
    }

    private static Map<String, String> states(Reply sparse) {
        Map<String, String> states = new TreeMap<>();
        sparse.body()
                .path("seats")
                .forEach(seat -> states.put(
                        seat.path("id").asString(), seat.path("status").asString()));
        return states;
    }

    private void book(String show, String... seats) {
        API.lock(show, user, seats).expect(200);
        API.confirmAndWait(booking, show, user, seats).expect(200);
    }
}
