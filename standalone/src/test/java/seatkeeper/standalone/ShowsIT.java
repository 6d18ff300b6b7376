package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import seatkeeper.standalone.Api.Reply;

/** Shows: created, added to, never diminished. */
class ShowsIT {

    @Test
    void createsThenAdds() {
        String show = show();
        Reply created = put(show, "{\"seats\":[\"A1\",\"A2\"]}").expect(201);
        assertThat(created.header("Location")).endsWith("/shows/" + show);
        put(show, "{\"seats\":[\"A1\",\"A2\"]}").expect(200);
        put(show, "{\"seats\":[\"A3\"]}").expect(200);
        assertThat(API.seatMap(show)).isEqualTo(Map.of("A1", "AVAILABLE", "A2", "AVAILABLE", "A3", "AVAILABLE"));
    }

    @Test
    void neverUnbooks() {
        String show = show("A1", "A2");
        UUID user = randomUUID();
        API.lock(show, user, "A1").expect(200);
        API.confirmAndWait(randomUUID(), show, user, "A1").expect(200);
        put(show, "{\"seats\":[\"A1\",\"B1\"]}").expect(200);
        assertThat(API.seatMap(show)).isEqualTo(Map.of("A1", "BOOKED", "A2", "AVAILABLE", "B1", "AVAILABLE"));
    }

    @Test
    void numbersSections() {
        String show = show();
        put(show, """
                {"sections": [{"name": "S", "rows": 2, "seats_per_row": 2}, {"name": "T", "rows": 1, "seats_per_row": 1}]}
                """).expect(201);
        assertThat(API.seatMap(show).keySet()).containsExactly("S-1-1", "S-1-2", "S-2-1", "S-2-2", "T-1-1");
    }

    @Test
    void takesTwoHundredThousandSeatsAtOnce() {
        String show = show();
        String seats = IntStream.range(0, 200_000)
                .mapToObj(i -> "\"seat-%06d-in-a-large-arena\"".formatted(i))
                .collect(joining(",", "{\"seats\":[", "]}"));
        put(show, seats).expect(201);
        assertThat(Db.count("select count(*) from seats where show_id = ?", show))
                .isEqualTo(200_000);
        API.lock(show, randomUUID(), "seat-199999-in-a-large-arena").expect(200);
    }

    @Test
    void tagsTheSeatMap() {
        String show = show("A1");
        Reply first = API.get("/booking/seats/" + show).expect(200);
        String tag = first.header("ETag");
        assertThat(tag).isNotEmpty();
        API.get("/booking/seats/" + show, "If-None-Match", tag).expect(304);
        API.lock(show, randomUUID(), "A1").expect(200);
        Reply changed = API.get("/booking/seats/" + show, "If-None-Match", tag).expect(200);
        assertThat(changed.header("ETag")).isNotEqualTo(tag);
    }

    @Test
    void knowsNoOtherShow() {
        API.get("/booking/seats/" + show()).expect(404, "SHOW_NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"seats\":[]}",
                "{\"seats\":null}",
                "{\"seats\":\"A1\"}",
                "{\"seats\":[1]}",
                "{\"seats\":[null]}",
                "{\"seats\":[\"\"]}",
                "{\"seats\":[\"A1\",\"A1\"]}",
                "{\"seats\":[\"a b\"]}",
                "{\"seats\":[\"A1\"],\"sections\":[{\"name\":\"S\",\"rows\":1,\"seats_per_row\":1}]}",
                "{\"sections\":[]}",
                "{\"sections\":[null]}",
                "{\"sections\":[{\"name\":\"S\"}]}",
                "{\"sections\":[{\"name\":\"S\",\"rows\":0,\"seats_per_row\":1}]}",
                "{\"sections\":[{\"name\":\"S\",\"rows\":-1,\"seats_per_row\":-1}]}",
                "{\"sections\":[{\"name\":\"S\",\"rows\":\"1\",\"seats_per_row\":1}]}",
                "{\"sections\":[{\"name\":\"S\",\"rows\":1.5,\"seats_per_row\":1}]}",
                "{\"sections\":[{\"name\":\"S:\",\"rows\":1,\"seats_per_row\":1}]}",
                "{\"sections\":[{\"name\":\"S\",\"rows\":2147483647,\"seats_per_row\":2147483647}]}",
                "{\"sections\":[{\"name\":\"S\",\"rows\":500,\"seats_per_row\":500}]}",
                "{\"sections\":[{\"name\":\"S\",\"rows\":1,\"seats_per_row\":1},{\"name\":\"S\",\"rows\":1,\"seats_per_row\":1}]}",
                "{\"sections\":[{\"name\":\"S\",\"rows\":1,\"seats_per_row\":1},{\"name\":\"S-1\",\"rows\":1,\"seats_per_row\":1},"
                        + "{\"name\":\"S-1-1\",\"rows\":0,\"seats_per_row\":1}]}",
                "{\"seats\":[\"A1\"],\"on_sale_at\":-1}",
                "{\"seats\":[\"A1\"],\"on_sale_at\":\"1969-12-31T23:59:59Z\"}",
                "{\"seats\":[\"A1\"],\"off_sale_at\":\"+10000-01-01T00:00:00Z\"}",
                "{\"seats\":[\"A1\"],\"off_sale_at\":\"tomorrow\"}",
                "[]",
                "{\"seats\":[\"A1\"]"
            })
    void refusesBadInput(String body) {
        String show = show();
        put(show, body).expect(400, "INVALID_REQUEST");
        API.get("/booking/seats/" + show).expect(404, "SHOW_NOT_FOUND");
    }

    @Test
    void refusesBadIds() {
        put("a%20b", "{\"seats\":[\"A1\"]}").expect(400, "INVALID_REQUEST");
        put("s".repeat(65), "{\"seats\":[\"A1\"]}").expect(400, "INVALID_REQUEST");
        API.get("/booking/seats/%7Bx%7D").expect(400, "INVALID_REQUEST");
    }

    private static Reply put(String show, String body) {
        return API.put("/shows/" + show, body);
    }
}
