package seatkeeper.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The HTTP calls of a client. */
final class Api {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final OpenApi OPEN_API = new OpenApi();

    private final HttpClient client;
    private final URI base;

    Api(int port) {
        client = client().build();
        base = URI.create("http://127.0.0.1:" + port);
    }

    /** By TLS. */
    Api(int port, SSLContext tls) {
        client = client().sslContext(tls).build();
        base = URI.create("https://127.0.0.1:" + port);
    }

    private static HttpClient.Builder client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
    }

    /** What came back. */
    record Reply(int status, JsonNode body, HttpHeaders headers) {

        String text(String field) {
            return body.path(field).asString("");
        }

        List<String> texts(String field) {
            List<String> texts = new ArrayList<>();
            body.path(field).forEach(text -> texts.add(text.asString()));
            return texts;
        }

        String code() {
            return text("code");
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** Every seat in the way, and why. */
        Map<String, String> conflicts() {
            Map<String, String> conflicts = new TreeMap<>();
            body.path("conflicts")
                    .forEach(conflict -> conflicts.put(
                            conflict.path("seat_id").asString(),
                            conflict.path("code").asString()));
            return conflicts;
        }

        Reply expect(int expected) {
            assertThat(status).as("%s", body).isEqualTo(expected);
            return this;
        }

        /** A refusal, in its one form. */
        Reply expect(int expected, String code) {
            expect(expected);
            assertThat(code()).as("%s", body).isEqualTo(code);
            assertThat(header("Content-Type")).startsWith("application/problem+json");
            assertThat(text("detail")).isNotEmpty();
            return this;
        }
    }

    Reply createShow(String show, String... seats) {
        return put("/shows/" + show, json(Map.of("seats", seats))).expect(201);
    }

    Reply lock(String show, UUID user, String... seats) {
        return post("/seat-lock", json(seats(show, user, seats)));
    }

    Reply lock(Duration ttl, String show, UUID user, String... seats) {
        return post("/seat-lock", json(withTtl(ttl, show, user, seats)));
    }

    Reply extend(Duration ttl, String show, UUID user, String... seats) {
        return post("/seat-lock/extend", json(withTtl(ttl, show, user, seats)));
    }

    Reply release(String show, UUID user, String... seats) {
        return post("/seat-lock/release", json(seats(show, user, seats)));
    }

    Reply verify(String show, UUID user, String seat) {
        return post("/verify-lock", json(Map.of("show_id", show, "user_id", user, "seat_id", seat)));
    }

    Reply confirm(UUID request, String show, UUID user, String... seats) {
        return post("/booking/confirm", confirmation(request, show, user, seats));
    }

    Reply confirmAndWait(UUID request, String show, UUID user, String... seats) {
        return post("/booking/confirm", confirmation(request, show, user, seats), "Prefer", "wait=20");
    }

    Reply status(UUID request) {
        return get("/booking/requests/" + request);
    }

    Reply decided(UUID request) {
        return get("/booking/requests/" + request, "Prefer", "wait=20");
    }

    /** Status of every seat. */
    Map<String, String> seatMap(String show) {
        Map<String, String> seats = new TreeMap<>();
        get("/booking/seats/" + show)
                .expect(200)
                .body()
                .forEach(seat -> seats.put(
                        seat.path("id").asString(), seat.path("status").asString()));
        return seats;
    }

    static String confirmation(UUID request, String show, UUID user, String... seats) {
        Map<String, Object> body = seats(show, user, seats);
        body.put("request_id", request);
        return json(body);
    }

    static String json(Object value) {
        return JSON.writeValueAsString(value);
    }

    static Map<String, Object> seats(String show, UUID user, String... seats) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("show_id", show);
        body.put("user_id", user);
        body.put("seat_ids", List.of(seats));
        return body;
    }

    private static Map<String, Object> withTtl(Duration ttl, String show, UUID user, String... seats) {
        Map<String, Object> body = seats(show, user, seats);
        body.put("ttl_seconds", ttl.toSeconds());
        return body;
    }

    /** Submits a command and waits for what becomes of it. */
    Reply command(String path, Map<String, ?> body, String... headers) {
        List<String> all = new ArrayList<>(List.of("Prefer", "wait=20"));
        all.addAll(List.of(headers));
        return post(path, json(body), all.toArray(String[]::new));
    }

    Reply cancel(UUID request, UUID booking, UUID user, String... seats) {
        Map<String, Object> body =
                new LinkedHashMap<>(Map.of("request_id", request, "booking_request_id", booking, "user_id", user));
        if (seats.length > 0) {
            body.put("seat_ids", List.of(seats));
        }
        return command("/booking/cancel", body);
    }

    Reply swap(UUID request, UUID booking, UUID user, List<String> given, List<String> taken) {
        return command(
                "/booking/swap",
                Map.of(
                        "request_id",
                        request,
                        "booking_request_id",
                        booking,
                        "user_id",
                        user,
                        "give_seat_ids",
                        given,
                        "take_seat_ids",
                        taken));
    }

    /** One of the calls that only operators may make. */
    Reply operate(String path, UUID request, String show, UUID user, String... seats) {
        Map<String, Object> body = seats(show, user, seats);
        body.put("request_id", request);
        return command(path, body, "Authorization", "Bearer " + LocalApplications.OPERATOR_KEY);
    }

    Reply best(String show, UUID user, int quantity, boolean adjacent) {
        return post(
                "/seat-lock/best",
                json(Map.of("show_id", show, "user_id", user, "quantity", quantity, "adjacent", adjacent)));
    }

    Reply get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    Reply post(String path, String body, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    Reply put(String path, String body, String... headers) {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body)));
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(60));
        return headers.length == 0 ? request : request.headers(headers);
    }

    Reply send(HttpRequest.Builder request) {
        try {
            HttpRequest built = request.build();
            HttpResponse<String> response = client.send(built, BodyHandlers.ofString());
            boolean json =
                    response.headers().firstValue("Content-Type").orElse("").contains("json");
            JsonNode body =
                    json && !response.body().isEmpty() ? JSON.readTree(response.body()) : MissingNode.getInstance();
            OPEN_API.requireDocumented(
                    built.method(),
                    built.uri().getPath(),
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    body);
            return new Reply(response.statusCode(), body, response.headers());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
