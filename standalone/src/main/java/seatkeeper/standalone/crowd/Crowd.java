package seatkeeper.standalone.crowd;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Buyers who want the front rows, all of them at once, each through the API as anybody else: look at the map, lease some
 * seats side by side, think it over, confirm or let go. Who has bought leaves, and the next one comes.
 */
final class Crowd {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Who has confirmed waits for the outcome, though the crowd is over. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int MOST_SEATS = 4;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final URI gateway;
    private final String showId;
    private final Duration length;
    private final long began = System.nanoTime();

    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger present = new AtomicInteger();
    private final AtomicInteger leased = new AtomicInteger();
    private final AtomicInteger booked = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger bookings = new AtomicInteger();
    private final AtomicLong lastBooking = new AtomicLong(began);
    private final Set<String> gone = ConcurrentHashMap.newKeySet();

    Crowd(URI gateway, String showId, Duration length) {
        this.gateway = gateway;
        this.showId = showId;
        this.length = length;
    }

    CrowdController.Status status() {
        boolean running = present.get() > 0;
        long until = running ? System.nanoTime() : lastBooking.get();
        double seconds = Math.max(1, (until - began) / 1e9);
        return new CrowdController.Status(
                true,
                running,
                length.toSeconds(),
                Math.max(0, length.toNanos() - (System.nanoTime() - began)) / 1e9,
                leased.get(),
                booked.get(),
                lost.get(),
                bookings.get() / seconds);
    }

    /** The first of them looks at the map for all. */
    void enter(int buyers) {
        present.incrementAndGet();
        Thread.ofVirtual().name("crowd").start(() -> {
            try {
                List<List<String>> rows = rows();
                if (rows.isEmpty()) {
                    return;
                }
                for (int i = 0; i < buyers; i++) {
                    present.incrementAndGet();
                    Thread.ofVirtual().name("buyer " + i).start(() -> buyer(rows));
                }
            } catch (IOException e) {
                // No show, or no gateway: nobody comes.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                present.decrementAndGet();
            }
        });
    }

    void stop() {
        over.countDown();
    }

    private boolean open() {
        return over.getCount() > 0 && System.nanoTime() - began < length.toNanos();
    }

    /** False when the crowd was stopped meanwhile. */
    private boolean pause(int fromMs, int toMs) throws InterruptedException {
        return !over.await(ThreadLocalRandom.current().nextLong(fromMs, toMs), TimeUnit.MILLISECONDS);
    }

    /** Rows, those in front first, whatever their section; seats that are gone are noted. */
    private List<List<String>> rows() throws IOException, InterruptedException {
        List<List<String>> rows = new ArrayList<>();
        JsonNode sections =
                send("GET", "/shows/" + showId + "/layout", null).body().path("sections");
        boolean more = true;
        for (int row = 0; more; row++) {
            more = false;
            for (JsonNode section : sections) {
                JsonNode seats = section.path("rows").path(row).path("seats");
                if (!seats.isEmpty()) {
                    List<String> ids = new ArrayList<>();
                    seats.forEach(seat -> ids.add(seat.path("id").asString()));
                    rows.add(ids);
                    more = true;
                }
            }
        }
        send("GET", "/shows/" + showId + "/seats", null)
                .body()
                .path("seats")
                .forEach(seat -> gone.add(seat.path("id").asString()));
        return rows;
    }

    private void buyer(List<List<String>> rows) {
        try {
            while (pause(20, 400) && open()) {
                List<String> wish = wish(rows, ThreadLocalRandom.current());
                if (!wish.isEmpty()) {
                    buy(wish, UUID.randomUUID());
                }
            }
        } catch (IOException e) {
            // The gateway is away for good: this one goes home.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            present.decrementAndGet();
        }
    }

    /** Some seats side by side that looked free; the further in front the likelier. None when there was no luck. */
    private List<String> wish(List<List<String>> rows, RandomGenerator random) {
        for (int attempt = 0; attempt < 50; attempt++) {
            // The later the attempt, the less particular.
            double front = Math.pow(random.nextDouble(), attempt < 25 ? 2.5 : 1);
            List<String> row = rows.get((int) (front * rows.size()));
            int count = Math.min(row.size(), 1 + random.nextInt(MOST_SEATS));
            int from = random.nextInt(row.size() - count + 1);
            List<String> wish = row.subList(from, from + count);
            if (wish.stream().noneMatch(gone::contains)) {
                return wish;
            }
        }
        return List.of();
    }

    private void buy(List<String> seats, UUID user) throws IOException, InterruptedException {
        Map<String, Object> body = Map.of("show_id", showId, "user_id", user, "seat_ids", seats);
        Reply lock = send("POST", "/seat-lock", body);
        if (lock.status() != 200) {
            refused(lock);
            return;
        }
        leased.addAndGet(seats.size());
        try {
            boolean stays = pause(300, 3_000) && ThreadLocalRandom.current().nextInt(8) > 0;
            if (stays) {
                confirm(seats, user);
            } else {
                send("POST", "/seat-lock/release", body);
            }
        } finally {
            leased.addAndGet(-seats.size());
        }
    }

    /** One request_id over all attempts. */
    private void confirm(List<String> seats, UUID user) throws IOException, InterruptedException {
        UUID request = UUID.randomUUID();
        Map<String, Object> body = Map.of("show_id", showId, "user_id", user, "seat_ids", seats, "request_id", request);
        long patience = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < patience) {
            Reply reply = send("POST", "/booking/confirm", body);
            if (reply.status() == 200) {
                gone.addAll(seats);
                booked.addAndGet(seats.size());
                bookings.incrementAndGet();
                lastBooking.set(System.nanoTime());
                return;
            }
            if (reply.status() != 202 && reply.status() != 503) {
                refused(reply);
                return;
            }
            if (reply.status() == 503) {
                // It may have been accepted all the same.
                Thread.sleep(ThreadLocalRandom.current().nextLong(200, 500));
            }
        }
    }

    private void refused(Reply reply) {
        if (reply.status() == 409) {
            lost.incrementAndGet();
        }
        for (JsonNode conflict : reply.body().path("conflicts")) {
            if (!conflict.path("code").asString().equals("SEAT_LEASED")) {
                gone.add(conflict.path("seat_id").asString());
            }
        }
    }

    private record Reply(int status, JsonNode body) {}

    private Reply send(String method, String path, @Nullable Object body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(gateway.resolve(path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Prefer", "wait=10")
                .method(
                        method,
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
        return new Reply(response.statusCode(), JSON.readTree(response.body()));
    }
}
