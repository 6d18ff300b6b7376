package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.show;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import seatkeeper.standalone.Api.Reply;

/** What callers have of a gateway is bounded: who comes beyond a bound is refused at once, and the others go on. */
class BoundsIT {

    private static ConfigurableApplicationContext gateway;
    private static int port;
    private static Api api;

    private final UUID user = randomUUID();

    @BeforeAll
    static void startGateway() {
        gateway = LocalApplications.gateway(
                RunningSystem.SERVERS,
                "--server.port=0",
                "--booking.live.max-listeners=3",
                "--booking.live.heartbeat=1s",
                "--booking.bounds.connections=40",
                "--booking.bounds.calls=4",
                "--booking.bounds.waiting=3",
                "--booking.bounds.large-bodies=1",
                "--booking.bounds.answer-bytes=50KB",
                "--booking.bounds.queries=2",
                "--spring.datasource.hikari.maximum-pool-size=2");
        port = RunningSystem.port(gateway);
        api = new Api(port);
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @Test
    void ofListeners() throws IOException {
        String show = show("A1");
        String events = "/shows/" + show + "/events";
        List<Caller> listeners = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Caller listener = new Caller();
                listeners.add(listener);
                assertThat(listener.send(get(events)).status()).isEqualTo(200);
            }
            assertRefused(api.get(events));
            api.lock(show, user, "A1").expect(200);
        } finally {
            for (Caller listener : listeners) {
                listener.close();
            }
        }
        await().atMost(30, SECONDS).untilAsserted(() -> {
            try (Caller listener = new Caller()) {
                assertThat(listener.send(get(events)).status()).isEqualTo(200);
            }
        });
    }

    @Test
    void askingForTheHeadOfAnEventStreamIsNotListening() throws IOException {
        String show = show("A1");
        try (Caller caller = new Caller()) {
            for (int i = 0; i < 10; i++) {
                assertThat(caller.send("HEAD /shows/%s/events HTTP/1.1\r\nHost: x\r\n\r\n".formatted(show))
                                .status())
                        .isEqualTo(200);
            }
            assertThat(caller.send(get("/shows/" + show)).status()).isEqualTo(200);
        }
    }

    @Test
    void ofCallsThatWait() throws Exception {
        String show = show("A1", "A2", "A3", "A4");
        api.lock(show, user, "A1", "A2", "A3", "A4").expect(200);
        UUID refused = randomUUID();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> waiting = new ArrayList<>();
            try (var _ = RunningSystem.workerPaused()) {
                for (String seat : List.of("A1", "A2", "A3")) {
                    waiting.add(threads.submit(() -> api.confirmAndWait(randomUUID(), show, user, seat)));
                }
                await().atMost(20, SECONDS).until(() -> taken("waiting") == 3);
                assertRefused(api.confirmAndWait(refused, show, user, "A4"));
                // Nothing was done; and who does not wait is served.
                api.status(refused).expect(404);
                api.confirm(refused, show, user, "A4").expect(202);
            }
            for (Future<Reply> answer : waiting) {
                answer.get().expect(200);
            }
        }
        api.decided(refused).expect(200);
        await().atMost(10, SECONDS).until(() -> taken("waiting") == 0);
    }

    @Test
    void whoWaitsIsNotIdle() {
        String show = show("A1");
        UUID request = randomUUID();
        try (var impatient = LocalApplications.gateway(
                        RunningSystem.SERVERS, "--server.port=0", "--server.jetty.connection-idle-timeout=1s");
                var _ = RunningSystem.workerPaused()) {
            Api other = new Api(RunningSystem.port(impatient));
            other.lock(show, user, "A1").expect(200);
            other.post("/booking/confirm", Api.confirmation(request, show, user, "A1"), "Prefer", "wait=4")
                    .expect(202);
        }
        api.decided(request).expect(200);
    }

    @Test
    void ofConnections() throws IOException {
        String show = show("A1");
        // This one has a connection already.
        api.lock(show, user, "A1").expect(200);
        List<Caller> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                idle.add(new Caller());
            }
            await().atMost(10, SECONDS).until(() -> taken("connections") > 40);
            try (Caller caller = new Caller()) {
                Answer answer = caller.send(get("/shows/" + show));
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.headers()).containsKeys("retry-after").containsEntry("connection", "close");
            }
            api.lock(show, user, "A1").expect(200);
        } finally {
            for (Caller caller : idle) {
                caller.close();
            }
        }
        await().atMost(10, SECONDS)
                .untilAsserted(() -> new Api(port).get("/shows/" + show).expect(200));
    }

    @Test
    void ofLargeBodies() throws IOException {
        String show = show("A1");
        String large = "{\"seats\":[\"A1\"]" + " ".repeat(20_000) + "}";
        try (Caller slow = new Caller()) {
            slow.write("PUT /shows/%s-slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".formatted(show)
                    + "Content-Length: 1000000\r\n\r\n{\"seats\":[" + "\"A1\",".repeat(10_000));
            await().atMost(10, SECONDS).until(() -> taken("large_bodies") == 1);
            assertRefused(api.put("/shows/" + show, large));
            // A small one waits for nobody.
            api.put("/shows/" + show, "{\"seats\":[\"A1\"]}").expect(200);
            api.lock(show, user, "A1").expect(200);
        }
        await().atMost(20, SECONDS)
                .untilAsserted(() -> api.put("/shows/" + show, large).expect(200));
    }

    @Test
    void ofBytesOnTheirWayToSlowReaders() throws IOException {
        String show = show();
        api.put("/shows/" + show, "{\"sections\":[{\"name\":\"S\",\"rows\":400,\"seats_per_row\":250}]}")
                .expect(201);
        String small = show("A1");
        try (Caller slow = new Caller()) {
            slow.write(get("/shows/" + show + "/layout"));
            await().atMost(20, SECONDS).until(() -> taken("answer_kilobytes") > 0);
            assertRefused(api.get("/shows/" + show + "/layout"));
            api.lock(small, user, "A1").expect(200);
        }
        await().atMost(20, SECONDS).until(() -> taken("answer_kilobytes") == 0);
        api.get("/shows/" + show + "/layout").expect(200);
    }

    /** They wait for the rest of their bodies without anything that others need. */
    @Test
    void slowBodiesHoldNobodyUp() throws IOException {
        String show = show("A1");
        List<Caller> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                Caller caller = new Caller();
                slow.add(caller);
                caller.write("POST /seat-lock HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1000\r\n\r\n{");
            }
            api.lock(show, user, "A1").expect(200);
            assertThat(taken("calls")).isLessThan(4);
        } finally {
            for (Caller caller : slow) {
                caller.close();
            }
        }
    }

    /** Both connections to Postgres wait for a row that somebody has locked. */
    @Test
    void aPoolThatIsBusyIsNotAPostgresThatIsAway() throws Exception {
        String show = show("A1");
        HikariDataSource pool = gateway.getBean(HikariDataSource.class);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> waiting = new ArrayList<>();
            // All there are.
            try (Connection _ = pool.getConnection();
                    Connection _ = pool.getConnection()) {
                for (int i = 0; i < 2; i++) {
                    waiting.add(threads.submit(() -> api.get("/shows/" + show)));
                }
                await().atMost(10, SECONDS).until(() -> taken("queries") == 2);
                assertRefused(api.get("/shows/" + show));
            }
            for (Future<Reply> answer : waiting) {
                answer.get().expect(200);
            }
        }
    }

    private static void assertRefused(Reply reply) {
        assertThat(reply.expect(503, "OVERLOADED").header("Retry-After")).isEqualTo("5");
    }

    private static double taken(String bound) {
        return gateway.getBean(io.micrometer.core.instrument.MeterRegistry.class)
                .get("seatkeeper.bound.taken")
                .tag("bound", bound)
                .gauge()
                .value();
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    private record Answer(int status, Map<String, String> headers) {}

    /** A caller who need not keep to what clients do. */
    private static final class Caller implements AutoCloseable {

        private final Socket socket = new Socket();
        private final BufferedReader in;

        Caller() throws IOException {
            socket.setReceiveBufferSize(4 * 1024);
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
        }

        void write(String request) throws IOException {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
        }

        /** Its status and headers, once they are there. */
        Answer send(String request) throws IOException {
            write(request);
            // Behind what is left of a body that was not read.
            String line = in.readLine();
            while (line != null && !line.startsWith("HTTP/")) {
                line = in.readLine();
            }
            if (line == null) {
                throw new IOException("the connection was closed");
            }
            int status = Integer.parseInt(line.substring(9, 12));
            Map<String, String> headers = new HashMap<>();
            for (line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                String[] header = line.split(": ", 2);
                headers.put(header[0].toLowerCase(java.util.Locale.ROOT), header[1]);
            }
            return new Answer(status, headers);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
