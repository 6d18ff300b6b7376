package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.UUID.randomUUID;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import seatkeeper.standalone.Api.Reply;

/** Bad input is the client's fault, always: 4xx with a code and the field, never 5xx. */
class BadRequestsIT {

    private static final String UUID_TEXT = "0192f0c1-2d3e-4f50-8a6b-7c8d9e0f1a2b";
    private static final List<String> SEATS_CALLS =
            List.of("/seat-lock", "/seat-lock/extend", "/seat-lock/release", "/booking/confirm");

    private record Bad(String field, String value, String wrongField) {}

    private static final List<Bad> BAD = List.of(
            new Bad("show_id", null, "show_id"),
            new Bad("show_id", "null", "show_id"),
            new Bad("show_id", "\"\"", "show_id"),
            new Bad("show_id", "\"a b\"", "show_id"),
            new Bad("show_id", "\"{x}\"", "show_id"),
            new Bad("show_id", "\"a:b\"", "show_id"),
            new Bad("show_id", "\"\\u0000\"", "show_id"),
            new Bad("show_id", "\"\\ud800\"", "show_id"),
            new Bad("show_id", "\"" + "s".repeat(65) + "\"", "show_id"),
            new Bad("show_id", "1", "show_id"),
            new Bad("show_id", "true", "show_id"),
            new Bad("show_id", "[\"a\"]", "show_id"),
            new Bad("show_id", "{}", "show_id"),
            new Bad("seat_ids", null, "seat_ids"),
            new Bad("seat_ids", "null", "seat_ids"),
            new Bad("seat_ids", "[]", "seat_ids"),
            new Bad("seat_ids", "\"A1\"", "seat_ids"),
            new Bad("seat_ids", "{}", "seat_ids"),
            new Bad("seat_ids", "[1]", "seat_ids[0]"),
            new Bad("seat_ids", "[null]", "seat_ids[0]"),
            new Bad("seat_ids", "[{}]", "seat_ids[0]"),
            new Bad("seat_ids", "[\"A1\",\"A1\"]", "seat_ids[1]"),
            new Bad("seat_ids", "[\"A1\",\"\"]", "seat_ids[1]"),
            new Bad("seat_ids", "[\"A,1\"]", "seat_ids[0]"),
            new Bad(
                    "seat_ids",
                    IntStream.range(0, 51).mapToObj(i -> "\"A" + i + "\"").collect(joining(",", "[", "]")),
                    "seat_ids"),
            new Bad("user_id", null, "user_id"),
            new Bad("user_id", "\"me\"", "user_id"),
            new Bad("user_id", "\"1-1-1-1-1\"", "user_id"),
            new Bad("user_id", "\"" + UUID_TEXT + "0\"", "user_id"),
            new Bad("user_id", "7", "user_id"));

    @TestFactory
    List<DynamicTest> namesTheFieldThatIsWrong() {
        String show = show("A1");
        List<DynamicTest> tests = new ArrayList<>();
        for (String call : SEATS_CALLS) {
            BAD.forEach(bad -> tests.add(refused(call, body(show, bad.field, bad.value), bad.wrongField)));
        }
        for (String ttl : List.of("0", "-1", "1.5", "\"60\"", "true", "99999", "99999999999999999999", "[]", "1e400")) {
            tests.add(refused("/seat-lock", body(show, "ttl_seconds", ttl), "ttl_seconds"));
            tests.add(refused("/seat-lock/extend", body(show, "ttl_seconds", ttl), "ttl_seconds"));
        }
        for (String id : List.of("null", "\"\"", "\"x\"", "\"1-1-1-1-1\"", "1", "{}")) {
            tests.add(refused("/booking/confirm", body(show, "request_id", id), "request_id"));
        }
        tests.add(refused("/verify-lock", "{\"show_id\":\"s\",\"user_id\":\"" + UUID_TEXT + "\"}", "seat_id"));
        tests.add(refused("/verify-lock", "{\"show_id\":\"s\",\"seat_id\":\"A1\"}", "user_id"));
        tests.add(refused("/verify-lock", "{\"show_id\":\"s\",\"seat_id\":[],\"user_id\":\"x\"}", "seat_id"));
        return tests;
    }

    @TestFactory
    List<DynamicTest> refusesWhatIsNoJson() {
        String show = show("A1");
        String good = body(show, "ignored", "1");
        List<DynamicTest> tests = new ArrayList<>();
        List<String> calls = new ArrayList<>(SEATS_CALLS);
        calls.add("/verify-lock");
        for (String call : calls) {
            for (String body : List.of(
                    "",
                    "   ",
                    "{",
                    "null",
                    "[]",
                    "\"text\"",
                    "42",
                    "true",
                    good.substring(0, good.length() - 1),
                    good + good,
                    good + "x",
                    good.replace("}", ",}"),
                    good.replace("{", "{\"show_id\":\"other\","),
                    // Jackson loses its way in an array where a text belongs, and cannot name the field.
                    good.replace("[\"A1\"]", "[[\"A1\"]]"),
                    "\u0000",
                    "[".repeat(8_000),
                    "{\"a\":".repeat(2_000),
                    "{\"show_id\":" + "9".repeat(5_000) + "}")) {
                tests.add(DynamicTest.dynamicTest(
                        name(call, body), () -> API.post(call, body).expect(400, "INVALID_REQUEST")));
            }
        }
        return tests;
    }

    @Test
    void refusesBrokenText() {
        Reply reply = API.send(API.request("/seat-lock")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray("{\"show_id\":\"\u00ff\u00fe\"}".getBytes(ISO_8859_1))));
        reply.expect(400, "INVALID_REQUEST");
    }

    @Test
    void ignoresUnknownFields() {
        String show = show("A1");
        API.post("/seat-lock", body(show, "colour", "{\"red\":[1,2,{}]}")).expect(200);
    }

    /** A command that does more than was meant cannot be undone. */
    @Test
    void refusesMisspeltFields() {
        String show = show("A1");
        UUID booking = randomUUID();
        UUID user = randomUUID();
        API.lock(show, user, "A1").expect(200);
        API.confirmAndWait(booking, show, user, "A1").expect(200);
        for (String misspelt : List.of("seatIds", "seats", "seat_id", "SEAT_IDS")) {
            String cancel = "{\"request_id\":\"%s\",\"booking_request_id\":\"%s\",\"user_id\":\"%s\",\"%s\":[\"A2\"]}"
                    .formatted(randomUUID(), booking, user, misspelt);
            Reply refused = API.post("/booking/cancel", cancel).expect(400, "INVALID_REQUEST");
            assertThat(refused.text("field")).isEqualTo(misspelt);
            assertThat(refused.text("detail")).contains("seat_ids is meant");
        }
        API.put("/shows/" + show, "{\"seats\":[\"A1\"],\"seatLimit\":2}").expect(400, "INVALID_REQUEST");
        API.post("/seat-lock", body(show, "ttlSeconds", "30")).expect(400, "INVALID_REQUEST");
        API.put("/shows/" + show, "{\"sections\":[{\"name\":\"a\",\"rows\":1,\"seatsPerRow\":1}]}")
                .expect(400, "INVALID_REQUEST");
        assertThat(API.status(booking).expect(200).text("status")).isEqualTo("CONFIRMED");
        assertThat(Db.count("select count(*) from bookings where show_id = ? and cancelled_at is null", show))
                .isEqualTo(1);
    }

    @Test
    void cutsLargeBodiesOff() {
        String large = body("s", "padding", "\"" + "x".repeat(100_000) + "\"");
        for (String call : SEATS_CALLS) {
            API.post(call, large).expect(413, "INVALID_REQUEST");
        }
        Reply chunked = API.send(API.request("/seat-lock")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArrays(List.of(large.getBytes(ISO_8859_1)))));
        chunked.expect(413, "INVALID_REQUEST");
    }

    @Test
    void refusesOtherMethodsPathsAndTypes() {
        API.get("/seat-lock").expect(405, "INVALID_REQUEST");
        API.put("/booking/confirm", "{}").expect(405, "INVALID_REQUEST");
        API.send(API.request("/booking/requests/" + randomUUID()).DELETE()).expect(405, "INVALID_REQUEST");
        API.get("/js/").expect(404, "INVALID_REQUEST");
        API.get("/nothing/here").expect(404, "INVALID_REQUEST");
        API.post("/seat-lock/", "{}").expect(404, "INVALID_REQUEST");
        for (String type : List.of("text/plain", "application/xml", "application/x-www-form-urlencoded")) {
            API.send(API.request("/seat-lock").header("Content-Type", type).POST(BodyPublishers.ofString("{}")))
                    .expect(415, "INVALID_REQUEST");
        }
        Reply untyped = API.send(API.request("/seat-lock").POST(BodyPublishers.ofString("{}")));
        assertThat(untyped.status()).isBetween(400, 499);
        Reply odd = API.send(
                API.request("/seat-lock").header("Content-Type", "nonsense").POST(BodyPublishers.ofString("{}")));
        assertThat(odd.status()).isBetween(400, 499);
        assertThat(API.get("/booking/requests/" + randomUUID(), "Accept", "text/html")
                        .status())
                .isBetween(400, 499);
    }

    @Test
    void refusesLongQueriesAndHeaders() {
        API.get("/shows?x=" + "x".repeat(10_000)).expect(400, "INVALID_REQUEST");
        API.get("/shows", "X-Long", "x".repeat(10_000)).expect(400, "INVALID_REQUEST");
    }

    @Test
    void refusesBadIdsInPaths() {
        for (String id : List.of("x", "1-1-1-1-1", UUID_TEXT + "0", "%00", "%F0%9F%8E%AB")) {
            Reply reply = API.get("/booking/requests/" + id);
            assertThat(reply.status()).as(id).isBetween(400, 499);
        }
        for (String path : List.of("/booking/requests/%2F", "/booking/seats/a%2Fb", "/booking/seats/%5C")) {
            API.get(path).expect(400, "INVALID_REQUEST");
        }
        assertThat(API.get("/booking/requests/x").expect(400, "INVALID_REQUEST").text("field"))
                .isEqualTo("request_id");
    }

    @Test
    void refusesBadCursors() {
        for (String after :
                List.of("a:%00", "%00:b", "S:%F0%9F%8E%AB", ":", "nowhere", "a%00:b%00", "a:%ED%A0%80", "a:b:c")) {
            API.get("/users/" + randomUUID() + "/bookings?after=" + after).expect(400, "INVALID_REQUEST");
        }
    }

    /** Private answers are kept by nobody, refusals neither; what may be kept is asked for again each time. */
    @Test
    void saysWhatCachesMayKeep() {
        String show = show("A1");
        for (String path : List.of(
                "/booking/requests/" + randomUUID(),
                "/booking/requests?order_ref=none",
                "/users/" + randomUUID() + "/bookings",
                "/users/" + randomUUID() + "/leases?show_id=" + show,
                "/shows/" + show + "/history",
                "/nothing/here")) {
            assertThat(API.get(path).header("Cache-Control")).as(path).contains("no-store");
        }
        assertThat(API.post("/seat-lock", "{}").expect(400).header("Cache-Control"))
                .contains("no-store");
        for (String path : List.of("/shows", "/shows/" + show, "/shows/" + show + "/seats", "/booking/seats/" + show)) {
            assertThat(API.get(path).expect(200).header("Cache-Control"))
                    .as(path)
                    .containsAnyOf("no-cache", "no-store");
        }
    }

    @Test
    void readsOddPreferences() {
        UUID unknown = randomUUID();
        for (String prefer :
                List.of("wait", "wait=", "wait=-1", "wait=x", "wait=99999999999999999999", "return=minimal")) {
            API.get("/booking/requests/" + unknown, "Prefer", prefer).expect(404, "BOOKING_NOT_FOUND");
        }
    }

    private static DynamicTest refused(String call, String body, String field) {
        return DynamicTest.dynamicTest(
                name(call, body),
                () -> assertThat(API.post(call, body)
                                .expect(400, "INVALID_REQUEST")
                                .text("field"))
                        .isEqualTo(field));
    }

    private static String name(String call, String body) {
        return call + " " + (body.length() > 150 ? body.substring(0, 150) + "…" : body).replace('\u0000', '0');
    }

    /** A right body but for one field; null leaves it out. */
    private static String body(String show, String field, String value) {
        List<String> fields = new ArrayList<>(List.of(
                "\"show_id\":\"" + show + "\"",
                "\"seat_ids\":[\"A1\"]",
                "\"user_id\":\"" + UUID_TEXT + "\"",
                "\"request_id\":\"" + randomUUID() + "\""));
        fields.removeIf(text -> text.startsWith("\"" + field + "\""));
        if (value != null) {
            fields.add("\"" + field + "\":" + value);
        }
        return fields.stream().collect(joining(",", "{", "}"));
    }
}
