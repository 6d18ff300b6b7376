package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import seatkeeper.standalone.Api.Reply;
import tools.jackson.databind.JsonNode;

/**
 * Requests that the document allows, and such as it does not, by the thousand. Every answer is one the document knows,
 * none is a 5xx, and none is waited for.
 *
 * <p>{@code -Dseatkeeper.fuzz.requests=50000 -Dseatkeeper.fuzz.seed=7} for another number and another run.
 */
class FuzzIT {

    private static final long SEED = Long.getLong("seatkeeper.fuzz.seed", 20_261_124L);
    private static final int CLIENTS = 6;
    /** One value of so many is odd. */
    private static final int ODDNESS = 12;

    private static final int MAX_ATTEMPTS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final OpenApi document = new OpenApi();
    private final List<String> operations = List.copyOf(document.operations());
    private final Map<Integer, LongAdder> answers = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> succeeded = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> repeated = new ConcurrentHashMap<>();
    private final AtomicLong slowestMs = new AtomicLong();

    @Test
    void everyAnswerIsOneOfTheDocument() throws InterruptedException {
        fuzz(Integer.getInteger("seatkeeper.fuzz.requests", 3_000));
    }

    @Test
    @Tag("long")
    void everyAnswerIsOneOfTheDocumentInThousands() throws InterruptedException {
        fuzz(Integer.getInteger("seatkeeper.fuzz.requests", 6_000));
    }

    private void fuzz(int requests) throws InterruptedException {
        List<String> shows = List.of(show("A1", "A2", "A3", "A4"), show("A1", "B2", "B3"), show("C1"));
        List<String> names = Stream.concat(
                        shows.stream().flatMap(show -> Stream.of(show, show, show)),
                        Stream.of("A1", "A2", "A3", "A4", "B2", "B3", "C1", "nowhere"))
                .toList();
        List<String> uuids =
                IntStream.range(0, 12).mapToObj(_ -> randomUUID().toString()).toList();
        // The first command of a gateway may wait for its producer longer than a caller is left waiting.
        await().atMost(30, SECONDS).until(() -> {
            UUID user = randomUUID();
            API.lock(shows.getLast(), user, "C1");
            return API.confirmAndWait(randomUUID(), shows.getLast(), user, "C1").status() == 200;
        });
        long began = System.nanoTime();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<Void>> runs = IntStream.range(0, CLIENTS)
                    .<Callable<Void>>mapToObj(client -> () -> {
                        run(
                                new Generator(document.document(), names, uuids, SEED + client),
                                (requests + CLIENTS - 1) / CLIENTS);
                        return null;
                    })
                    .toList();
            for (Future<Void> run : clients.invokeAll(runs)) {
                requireDone(run);
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "fuzz: seed %d, %d requests, %.0f/s, slowest %d ms, answers %s, %d repeated after a 503 %s, operations that succeeded %d of %d%n",
                SEED,
                answers.values().stream().mapToLong(LongAdder::sum).sum(),
                requests / seconds,
                slowestMs.get(),
                new TreeMap<>(answers),
                repeated.values().stream().mapToLong(LongAdder::sum).sum(),
                new TreeMap<>(repeated),
                succeeded.size(),
                operations.size());
        assertThat(answers.keySet()).contains(200, 400, 404, 409, 413, 415);
        // What is only ever refused proves little.
        assertThat(succeeded).hasSizeGreaterThan(operations.size() * 2 / 3);
        for (String show : shows) {
            InvariantsIT.audit(show);
        }
    }

    private static void requireDone(Future<Void> run) throws InterruptedException {
        try {
            run.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        }
    }

    private void run(Generator generator, int requests) {
        for (int i = 0; i < requests; i++) {
            String operation = generator.any(operations);
            String said = "seed " + SEED + ", request " + i + ", " + operation;
            HttpRequest.Builder request = request(operation, generator);
            Reply reply;
            try {
                reply = answered(operation, request);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        said + ": " + request.build() + " " + request.build().headers(), e);
            }
            answers.computeIfAbsent(reply.status(), _ -> new LongAdder()).increment();
            assertThat(reply.status()).as("%s: %s", said, reply.body()).isLessThan(500);
            if (reply.status() >= 400) {
                assertThat(reply.header("Content-Type")).as(said).startsWith("application/problem+json");
                assertThat(reply.code()).as("%s: %s", said, reply.body()).isNotEmpty();
            } else {
                succeeded.computeIfAbsent(operation, _ -> new LongAdder()).increment();
            }
        }
    }

    /** A 503 says that a server was too slow, on a machine as busy as this: the same request again is right. */
    private Reply answered(String operation, HttpRequest.Builder request) {
        for (int attempt = 0; ; attempt++) {
            long began = System.nanoTime();
            Reply reply = API.send(request.timeout(PATIENCE));
            slowestMs.accumulateAndGet((System.nanoTime() - began) / 1_000_000, Math::max);
            if (reply.status() != 503 || reply.header("Retry-After").isEmpty() || attempt == MAX_ATTEMPTS) {
                return reply;
            }
            repeated.computeIfAbsent(operation + " " + reply.text("detail"), _ -> new LongAdder())
                    .increment();
        }
    }

    private HttpRequest.Builder request(String operation, Generator generator) {
        String[] parts = operation.split(" ", 2);
        JsonNode path = document.document().path("paths").path(parts[1]);
        JsonNode described = path.path(parts[0].toLowerCase(Locale.ROOT));
        List<JsonNode> parameters = Stream.concat(
                        path.path("parameters").valueStream(),
                        described.path("parameters").valueStream())
                .map(generator::resolved)
                .toList();
        String url = parts[1];
        List<String> query = new ArrayList<>();
        List<String> headers = new ArrayList<>();
        for (JsonNode parameter : parameters) {
            String name = parameter.path("name").asString();
            String value = text(generator.value(parameter.path("schema"), ODDNESS));
            switch (parameter.path("in").asString()) {
                case "path" -> url = url.replace("{" + name + "}", encoded(endless(operation) ? "never-made" : value));
                case "query" -> {
                    if (!generator.oneIn(3)) {
                        query.add(name + "=" + encoded(value));
                    }
                }
                default -> {
                    if (generator.oneIn(3)) {
                        headers.addAll(List.of(name, name.equals("Prefer") ? prefer(generator) : visible(value)));
                    }
                }
            }
        }
        if (generator.oneIn(20)) {
            query.add(encoded(generator.text()) + "=" + encoded(generator.text()));
        }
        if (!query.isEmpty()) {
            url += "?" + String.join("&", query);
        }
        if (described.path("security").toString().contains("operator") && !generator.oneIn(6)) {
            headers.addAll(List.of("Authorization", "Bearer " + LocalApplications.OPERATOR_KEY));
        }
        HttpRequest.Builder request = API.request(url, headers.toArray(String[]::new));
        String method =
                generator.oneIn(100) ? generator.any(List.of("GET", "POST", "PUT", "DELETE", "PATCH")) : parts[0];
        JsonNode body = generator
                .resolved(described.path("requestBody"))
                .path("content")
                .path("application/json");
        if (body.isMissingNode() && !generator.oneIn(50)) {
            return request.method(method, BodyPublishers.noBody());
        }
        String type = generator.oneIn(40)
                ? generator.any(
                        List.of("text/plain", "application/xml", "application/json; charset=utf-16", "nonsense"))
                : "application/json";
        byte[] bytes = generator.bytes(generator.value(body.path("schema"), ODDNESS));
        return request.header("Content-Type", type).method(method, BodyPublishers.ofByteArray(bytes));
    }

    /** A stream of events does not end by itself, so it is asked for a show that nobody makes. */
    private static boolean endless(String operation) {
        return operation.endsWith("/events");
    }

    private static String prefer(Generator generator) {
        return generator.oneIn(2) ? "wait=1" : visible(generator.text());
    }

    private static String text(JsonNode value) {
        return value.isString() ? value.stringValue() : value.toString();
    }

    /** Of a header; our client sends no other. */
    private static String visible(String text) {
        return text.replaceAll("[^ -~]", "?").strip();
    }

    private static String encoded(String text) {
        String encoded = URLEncoder.encode(text, UTF_8).replace("+", "%20");
        // A client would take these two for places of its own.
        return encoded.equals(".") || encoded.equals("..") ? encoded.replace(".", "%2E") : encoded;
    }

    /**
     * What is hardly HTTP at all is refused by Jetty, or hung up on; 501 and 505 are its words for what it cannot do.
     * Where the protocol is missing, so are the answer's status and headers.
     */
    @Test
    void brokenHttpIsRefused() throws IOException {
        String good = """
                POST /seat-lock HTTP/1.1\r
                Host: 127.0.0.1\r
                Content-Type: application/json\r
                Content-Length: 2\r
                Connection: close\r
                \r
                {}""";
        Generator generator = new Generator(
                document.document(), List.of("A1"), List.of(UUID.randomUUID().toString()), SEED);
        Map<String, LongAdder> seen = new TreeMap<>();
        for (int run = 0; run < 300; run++) {
            StringBuilder request = new StringBuilder(good);
            for (int changes = generator.below(4); changes >= 0; changes--) {
                int at = generator.below(request.length());
                switch (generator.below(6)) {
                    case 0 -> request.deleteCharAt(at);
                    case 1 -> request.setCharAt(at, (char) generator.below(256));
                    case 2 -> request.insert(at, generator.text());
                    case 3 ->
                        request.insert(request.indexOf("\r\n") + 2, "Transfer-Encoding: " + generator.text() + "\r\n");
                    case 4 ->
                        request.insert(request.indexOf("\r\n") + 2, "Content-Length: " + generator.text() + "\r\n");
                    default -> request.insert(at, "\r\n");
                }
            }
            String status = exchange(request.toString());
            assertThat(status).as("%s", request).matches("(HTTP/1\\.[01] ([234]..|501|505).*)?|\\{\"status\":4.*");
            seen.computeIfAbsent(status.startsWith("{") ? "HTTP/0.9" : status, _ -> new LongAdder())
                    .increment();
        }
        System.out.println("fuzz: broken HTTP " + seen);
        API.get("/shows").expect(200);
    }

    /** The first line of the answer; empty when there is none. */
    private static String exchange(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), RunningSystem.port(RunningSystem.GATEWAY))) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(UTF_8));
            socket.shutdownOutput();
            byte[] answer;
            try {
                answer = socket.getInputStream().readAllBytes();
            } catch (java.net.SocketException e) {
                return "";
            }
            return new String(answer, UTF_8).lines().findFirst().orElse("");
        }
    }
}
