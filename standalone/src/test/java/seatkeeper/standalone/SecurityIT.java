package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static seatkeeper.standalone.RunningSystem.SERVERS;

import com.nimbusds.jwt.JWTClaimsSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import seatkeeper.client.BookingClient;
import seatkeeper.client.BookingClient.LeaseResult;
import seatkeeper.contract.Code;
import seatkeeper.standalone.Api.Reply;

/** A gateway with {@code booking.security=jwt}, and tokens good and bad. */
class SecurityIT {

    private static Issuer issuer;
    private static ConfigurableApplicationContext gateway;
    private static Api api;

    private final UUID user = randomUUID();
    private final UUID other = randomUUID();

    @BeforeAll
    static void start() {
        issuer = new Issuer();
        gateway = LocalApplications.gateway(
                SERVERS,
                issuer.settings("--booking.rate-limit.user-per-second=0", "--booking.rate-limit.address-per-second=0"));
        api = new Api(RunningSystem.port(gateway));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        issuer.close();
    }

    @Test
    void servesWhoShowsAGoodToken() {
        String show = newShow("A1", "A2");
        String[] mine = bearer(issuer.token(user, "book read"));
        UUID request = randomUUID();
        api.post("/seat-lock", Api.json(Api.seats(show, user, "A1")), mine).expect(200);
        api.get("/users/" + user + "/leases?show_id=" + show, mine).expect(200);
        api.post("/booking/confirm", Api.confirmation(request, show, user, "A1"), waiting(mine))
                .expect(200);
        assertThat(api.get("/booking/requests/" + request, mine).expect(200).text("status"))
                .isEqualTo("CONFIRMED");
        assertThat(api.get("/users/" + user + "/bookings", mine)
                        .expect(200)
                        .body()
                        .path("bookings"))
                .hasSize(1);
    }

    @Test
    void theClientForJavaShowsItsToken() throws IOException {
        String show = newShow("A1");
        URI uri = URI.create("http://127.0.0.1:" + RunningSystem.port(gateway));
        try (HttpClient http = HttpClient.newHttpClient()) {
            BookingClient mine = new BookingClient(uri, http, () -> issuer.token(user, "book read"));
            assertThat(mine.lease(show, List.of("A1"), user)).isInstanceOf(LeaseResult.Leased.class);
            assertThat(new BookingClient(uri, http).lease(show, List.of("A1"), user))
                    .isInstanceOfSatisfying(
                            LeaseResult.Refused.class,
                            refused -> assertThat(refused.code()).isEqualTo(Code.UNAUTHENTICATED));
        }
    }

    @TestFactory
    Stream<DynamicTest> refusesBadTokens() {
        Map<String, String> bad = new LinkedHashMap<>();
        JWTClaimsSet good = issuer.claims(user, "book read operate", _ -> {});
        Date past = Date.from(Instant.now().minusSeconds(600));
        Date future = Date.from(Instant.now().plusSeconds(600));
        String signed = issuer.token(user, "book read operate");
        bad.put("expired", issuer.token(user, "book read", claims -> claims.expirationTime(past)));
        bad.put("not yet valid", issuer.token(user, "book read", claims -> claims.notBeforeTime(future)));
        bad.put("another audience", issuer.token(user, "book read", claims -> claims.audience("other")));
        bad.put("no audience", issuer.token(user, "book read", claims -> claims.audience((String) null)));
        bad.put("another issuer", issuer.token(user, "book read", claims -> claims.issuer("http://127.0.0.1:1")));
        bad.put("no issuer", issuer.token(user, "book read", claims -> claims.issuer(null)));
        bad.put("another key of the same name", Issuer.signed(Issuer.newKey("first"), good));
        bad.put("an unknown key", Issuer.signed(Issuer.newKey("unknown"), good));
        bad.put("algorithm none", Issuer.unsigned(good));
        bad.put("the public key as secret", issuer.confused(good));
        bad.put("its signature cut off", signed.substring(0, signed.lastIndexOf('.') + 1));
        bad.put("its claims changed", changedClaims(signed));
        bad.put("no token at all", "nonsense");
        bad.put("the operator key of the demo", LocalApplications.OPERATOR_KEY);
        return bad.entrySet().stream()
                .map(token -> DynamicTest.dynamicTest(token.getKey(), () -> {
                    String[] headers = bearer(token.getValue());
                    requireUnauthenticated(api.get("/booking/requests/" + randomUUID(), headers));
                    requireUnauthenticated(api.post("/seat-lock", Api.json(Api.seats("show", user, "A1")), headers));
                    requireUnauthenticated(api.put("/shows/show", "{\"seats\":[\"A1\"]}", headers));
                }));
    }

    /** Another user, under the signature of the first. */
    private String changedClaims(String token) {
        String[] parts = token.split("\\.", 3);
        return parts[0] + "." + issuer.token(other, "book read operate").split("\\.", 3)[1] + "." + parts[2];
    }

    /** Every operation of the document: without token, without its scope, with it. */
    @TestFactory
    Stream<DynamicTest> asksForTheScopeOfTheDocument() {
        OpenApi document = new OpenApi();
        return document.operations().stream()
                .map(operation -> DynamicTest.dynamicTest(operation, () -> {
                    Set<String> needed = document.scopes(operation);
                    assertThat(needed).isNotEmpty();
                    requireUnauthenticated(call(operation));
                    for (String scope : List.of("book", "read", "operate", "other", "")) {
                        Reply reply = call(operation, bearer(issuer.token(user, scope)));
                        if (needed.contains(scope) || scope.equals("operate")) {
                            assertThat(reply.status())
                                    .as(scope + ": " + reply.body())
                                    .isIn(200, 201, 400, 404);
                        } else {
                            reply.expect(403, "FORBIDDEN");
                        }
                    }
                }));
    }

    private Reply call(String operation, String... headers) {
        String[] parts = operation.split(" ", 2);
        String path = parts[1].replace("{show_id}", "never-made")
                .replace("{user_id}", user.toString())
                .replace("{request_id}", randomUUID().toString());
        HttpRequest.Builder request = api.request(path, headers);
        return api.send(
                parts[0].equals("GET")
                        ? request.GET()
                        : request.header("Content-Type", "application/json")
                                .method(parts[0], BodyPublishers.ofString("{}")));
    }

    @Test
    void whatTheDocumentDoesNotNameIsClosed() {
        requireUnauthenticated(api.get("/nothing/here"));
        requireUnauthenticated(api.get("/actuator/health"));
        String[] operator = bearer(issuer.token(user, "operate book read"));
        for (String path : List.of("/nothing/here", "/actuator/health", "/error")) {
            api.get(path, operator).expect(403, "FORBIDDEN");
        }
        api.get("/shows//x", operator).expect(400, "INVALID_REQUEST");
        api.get("/shows/x;y=1", operator).expect(400, "INVALID_REQUEST");
        api.get("/booking/requests/%252e%252e", operator).expect(400, "INVALID_REQUEST");
        for (String file : List.of("/", "/index.html", "/app.css", "/favicon.svg", "/js/app.js", "/openapi.yaml")) {
            api.get(file).expect(200);
        }
        Api management = new Api(gateway.getEnvironment().getRequiredProperty("local.management.port", Integer.class));
        management.get("/actuator/health/readiness").expect(200);
    }

    @Test
    void nobodyActsForAnother() {
        String show = newShow("A1", "A2");
        String[] mine = bearer(issuer.token(user, "book read"));
        String body = Api.confirmation(randomUUID(), show, other, "A1");
        for (String call : List.of(
                "/seat-lock",
                "/seat-lock/extend",
                "/seat-lock/release",
                "/seat-lock/release-all",
                "/booking/confirm")) {
            api.post(call, body, mine).expect(403, "FORBIDDEN");
        }
        api.post("/seat-lock/best", Api.json(Map.of("show_id", show, "user_id", other, "quantity", 1)), mine)
                .expect(403, "FORBIDDEN");
        api.post("/verify-lock", Api.json(Map.of("show_id", show, "user_id", other, "seat_id", "A1")), mine)
                .expect(403, "FORBIDDEN");
        Map<String, Object> change = new LinkedHashMap<>(Map.of(
                "request_id", randomUUID(), "booking_request_id", randomUUID(), "user_id", other, "show_id", show));
        api.post("/booking/cancel", Api.json(change), mine).expect(403, "FORBIDDEN");
        change.put("give_seat_ids", List.of("A1"));
        change.put("take_seat_ids", List.of("A2"));
        api.post("/booking/swap", Api.json(change), mine).expect(403, "FORBIDDEN");
        Reply batch = api.post("/booking/confirm/batch", "{\"confirms\":[" + body + "]}", mine)
                .expect(200);
        assertThat(batch.body().path("results").path(0).path("http_status").asInt())
                .isEqualTo(403);
        // A service's subject is no user at all.
        String[] service = bearer(issuer.token(user, "book read", claims -> claims.subject("shop-service")));
        api.post("/seat-lock", body, service).expect(403, "FORBIDDEN");
        assertThat(Db.count("select count(*) from booking_requests where show_id = ?", show))
                .isZero();
    }

    @Test
    void nobodySeesWhatIsAnothers() {
        String show = newShow("A1", "A2");
        String order = "order-" + randomUUID();
        UUID request = randomUUID();
        String[] mine = bearer(issuer.token(user, "book read"));
        Map<String, Object> booking = Api.seats(show, user, "A1");
        booking.put("request_id", request);
        booking.put("order_ref", order);
        api.post("/seat-lock", Api.json(booking), mine).expect(200);
        api.post("/booking/confirm", Api.json(booking), waiting(mine)).expect(200);
        assertThat(api.get("/booking/requests?order_ref=" + order, mine).body().path("requests"))
                .hasSize(1);

        String[] theirs = bearer(issuer.token(other, "book read"));
        // As if it had never been.
        Reply hidden = api.get("/booking/requests/" + request, theirs).expect(404, "BOOKING_NOT_FOUND");
        Reply unknown = api.get("/booking/requests/" + randomUUID(), theirs).expect(404, "BOOKING_NOT_FOUND");
        assertThat(hidden.text("detail").replaceAll("[0-9a-f-]{36}", ""))
                .isEqualTo(unknown.text("detail").replaceAll("[0-9a-f-]{36}", ""));
        assertThat(api.get("/booking/requests?order_ref=" + order, theirs)
                        .expect(200)
                        .body()
                        .path("requests"))
                .isEmpty();
        api.get("/users/" + user + "/leases?show_id=" + show, theirs).expect(403, "FORBIDDEN");
        api.get("/users/" + user + "/bookings", theirs).expect(403, "FORBIDDEN");
        api.get("/shows/" + show + "/history", theirs).expect(403, "FORBIDDEN");

        String[] operator = bearer(issuer.token(other, "operate"));
        api.get("/booking/requests/" + request, operator).expect(200);
        api.get("/users/" + user + "/bookings", operator).expect(200);
        assertThat(api.get("/shows/" + show + "/history", operator)
                        .expect(200)
                        .body()
                        .path("history"))
                .hasSize(1);
        booking.put("request_id", randomUUID());
        booking.put("seat_ids", List.of("A2"));
        api.post("/booking/direct", Api.json(booking), waiting(operator)).expect(200);
    }

    @Test
    void withoutTheIssuersKeysNobodyIsSentAway() {
        String unknown = Issuer.signed(Issuer.newKey("new"), issuer.claims(user, "read", _ -> {}));
        issuer.away(true);
        try {
            // Tokens of known keys are still good.
            api.get("/booking/requests/" + randomUUID(), bearer(issuer.token(user, "read")))
                    .expect(404);
            assertThat(api.get("/booking/requests/" + randomUUID(), bearer(unknown))
                            .expect(503, "UNAVAILABLE")
                            .header("Retry-After"))
                    .isEqualTo("1");
        } finally {
            issuer.away(false);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"issuer-uri", "audiences"})
    void trustsNoTokenWithoutItsIssuerAndAudience(String missing) {
        String[] settings = Stream.of(issuer.settings())
                .filter(setting -> !setting.contains(missing))
                .toArray(String[]::new);
        assertThatThrownBy(() -> LocalApplications.gateway(SERVERS, settings))
                .hasRootCauseMessage("booking.security=jwt needs spring.security.oauth2.resourceserver.jwt." + missing);
    }

    @Test
    void doesNotGuessWhatSecurityIsMeant() {
        assertThatThrownBy(() -> LocalApplications.gateway(SERVERS, "--server.port=0", "--booking.security=on"))
                .hasStackTraceContaining("Security.on");
    }

    /** Nothing of Spring Security is in the way of a call of the demo. */
    @Test
    void costsNothingWithoutTheSwitch() {
        assertThat(RunningSystem.GATEWAY.getBeanNamesForType(jakarta.servlet.Filter.class))
                .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).contains("security"));
        assertThat(gateway.getBeanNamesForType(jakarta.servlet.Filter.class))
                .anyMatch(name -> name.toLowerCase(java.util.Locale.ROOT).contains("security"));
    }

    @Test
    void answersTellNothingOfTheServer() {
        List<Reply> replies = new ArrayList<>(List.of(
                api.get("/"),
                api.get("/shows"),
                api.get("/shows", bearer(issuer.token(user, "read"))),
                api.get("/nothing", bearer(issuer.token(user, "read"))),
                api.get("/shows/x%2Fy"),
                RunningSystem.API.get("/"),
                RunningSystem.API.get("/nothing"),
                RunningSystem.API.post("/seat-lock", "{")));
        for (Reply reply : replies) {
            assertThat(reply.headers().map().keySet()).doesNotContain("server", "x-powered-by");
            assertThat(reply.body().toString())
                    .doesNotContain("Exception", "seatkeeper.", "springframework", "Jetty", "jetty", "tools.jackson");
        }
        for (Reply reply : List.of(api.get("/"), api.get("/shows"), RunningSystem.API.get("/"))) {
            assertThat(reply.header("Content-Security-Policy")).startsWith("default-src 'none'; script-src 'self';");
            assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(reply.header("X-Frame-Options")).isEqualTo("DENY");
            assertThat(reply.header("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(reply.header("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
        }
    }

    private static String newShow(String... seats) {
        String show = "show-" + randomUUID();
        api.put("/shows/" + show, Api.json(Map.of("seats", seats)), bearer(issuer.token(randomUUID(), "operate")))
                .expect(201);
        return show;
    }

    private static void requireUnauthenticated(Reply reply) {
        assertThat(reply.expect(401, "UNAUTHENTICATED").header("WWW-Authenticate"))
                .isEqualTo("Bearer");
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    private static String[] waiting(String[] headers) {
        return Stream.concat(Stream.of("Prefer", "wait=20"), Stream.of(headers)).toArray(String[]::new);
    }
}
