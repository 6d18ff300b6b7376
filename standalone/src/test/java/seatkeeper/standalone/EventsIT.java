package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What happens in a show, told as it happens. */
class EventsIT {

    private final UUID user = randomUUID();
    private final UUID booking = randomUUID();

    @Test
    void tellsWhatHappensInItsOrder() {
        String show = show("A1", "A2", "A3");
        try (Listener listener = new Listener(show, "")) {
            API.lock(Duration.ofMinutes(1), show, user, "A1", "A2").expect(200);
            API.confirmAndWait(booking, show, user, "A1", "A2").expect(200);
            API.cancel(randomUUID(), booking, user, "A2").expect(200);
            API.operate("/booking/block", randomUUID(), show, user, "A3").expect(200);
            API.operate("/booking/unblock", randomUUID(), show, user, "A3").expect(200);
            API.lock(Duration.ofMinutes(1), show, user, "A3").expect(200);
            API.release(show, user, "A3").expect(200);
            await().atMost(10, SECONDS)
                    .untilAsserted(() -> assertThat(listener.events())
                            .containsExactly(
                                    "leased A1,A2",
                                    "booked A1,A2",
                                    "cancelled A2",
                                    "blocked A3",
                                    "unblocked A3",
                                    "leased A3",
                                    "released A3"));
        }
    }

    @Test
    void tellsWhenALeaseEndsByItself() {
        String show = show("A1");
        try (Listener listener = new Listener(show, "")) {
            API.lock(Duration.ofSeconds(1), show, user, "A1").expect(200);
            await().atMost(10, SECONDS)
                    .untilAsserted(() -> assertThat(listener.events()).containsExactly("leased A1", "released A1"));
        }
    }

    @Test
    void goesOnWhereAListenerWasCutOff() {
        String show = show("A1", "A2");
        String last;
        try (Listener listener = new Listener(show, "")) {
            API.lock(show, user, "A1").expect(200);
            await().atMost(10, SECONDS)
                    .untilAsserted(() -> assertThat(listener.events()).hasSize(1));
            last = listener.lastId();
        }
        API.lock(show, user, "A2").expect(200);
        try (Listener listener = new Listener(show, last)) {
            await().atMost(10, SECONDS)
                    .untilAsserted(() -> assertThat(listener.events()).containsExactly("leased A2"));
        }
        try (Listener listener = new Listener(show, "1-1")) {
            await().atMost(10, SECONDS)
                    .untilAsserted(() -> assertThat(listener.events()).containsExactly("reset "));
        }
        API.get("/shows/" + show + "x/events").expect(404, "SHOW_NOT_FOUND");
    }

    @Test
    void servesAThousandListeners() {
        String show = show("A1");
        List<Listener> listeners = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                listeners.add(new Listener(show, ""));
            }
            API.lock(Duration.ofMinutes(1), show, user, "A1").expect(200);
            await().atMost(30, SECONDS)
                    .untilAsserted(() -> assertThat(listeners)
                            .allMatch(listener -> listener.events().contains("leased A1")));
            // The others are served as before.
            API.confirmAndWait(booking, show, user, "A1").expect(200);
        } finally {
            listeners.forEach(Listener::close);
        }
    }

    /** A client of the stream, on a virtual thread. */
    private static final class Listener implements AutoCloseable {

        private static final HttpClient HTTP =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

        private final InputStream stream;
        private final List<String> lines = new CopyOnWriteArrayList<>();

        Listener(String show, String lastEventId) {
            URI uri = URI.create(
                    "http://127.0.0.1:" + RunningSystem.port(RunningSystem.GATEWAY) + "/shows/" + show + "/events");
            HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20));
            if (!lastEventId.isEmpty()) {
                request.header("Last-Event-ID", lastEventId);
            }
            try {
                HttpResponse<InputStream> response = HTTP.send(request.build(), BodyHandlers.ofInputStream());
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.headers().firstValue("Content-Type").orElse(""))
                        .startsWith("text/event-stream");
                stream = response.body();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            Thread.ofVirtual().start(this::read);
        }

        private void read() {
            try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.add(line);
                }
            } catch (IOException e) {
                // Closed.
            }
        }

        /** Of each event its kind and its seats. */
        List<String> events() {
            List<String> events = new ArrayList<>();
            String kind = "";
            for (String line : lines) {
                if (line.startsWith("event: ")) {
                    kind = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    String seats = line.replaceAll(".*\"seat_ids\":\\[([^]]*)].*", "$1");
                    events.add(kind + " " + (seats.equals(line) ? "" : seats.replace("\"", "")));
                }
            }
            return events;
        }

        String lastId() {
            return lines.stream()
                    .filter(line -> line.startsWith("id: "))
                    .reduce((_, last) -> last)
                    .orElse("")
                    .substring(4);
        }

        @Override
        public void close() {
            try {
                stream.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
