package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.GATEWAY;
import static seatkeeper.standalone.RunningSystem.SERVERS;
import static seatkeeper.standalone.RunningSystem.show;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import seatkeeper.contract.Topics;

/** The map of a show in Redis is a view at a version: whatever happens to it, it comes right. */
class MapIT {

    private static final String CLOSED_YET = "{\"seats\":[\"A1\"],\"on_sale_at\":\"2099-01-01T00:00:00Z\"}";

    private final StringRedisTemplate redis = GATEWAY.getBean(StringRedisTemplate.class);
    private final UUID user = randomUUID();

    @Test
    void newRulesCountThoughAnOlderMapIsBeingLoaded() {
        String[] seats = IntStream.range(0, 500).mapToObj(i -> "A" + i).toArray(String[]::new);
        for (int i = 0; i < 20; i++) {
            String show = show(seats);
            redis.delete(map(show));
            CompletableFuture<Void> loading = CompletableFuture.runAsync(() -> API.lock(show, user, "A1"));
            API.put("/shows/" + show, CLOSED_YET).expect(200);
            loading.join();
            API.lock(show, user, "A2").expect(409, "SHOW_CLOSED");
        }
    }

    @Test
    void aSeatThatIsNotCostsNoRedis() {
        String show = show("A1");
        API.lock(show, user, "Z1").expect(409, "SEAT_NOT_FOUND");
        long before = calls("evalsha");
        API.lock(show, user, "Z1", "Z2").expect(409, "SEAT_NOT_FOUND");
        assertThat(calls("evalsha")).isEqualTo(before);
    }

    /** More than a script may unpack, and more than a command may be long. */
    @Test
    void settlesACancelOfNineThousandSeats() {
        int swaps = 180;
        String[] seats = IntStream.range(0, 50 * (swaps + 1))
                .mapToObj("seat-%05d"::formatted)
                .toArray(String[]::new);
        String show = show(seats);
        UUID booking = randomUUID();
        List<String> all = List.of(seats);
        List<ProducerRecord<byte[], byte[]>> commands = new ArrayList<>();
        commands.add(Kafka.commandRecord(
                Kafka.command("confirm_booking", booking, show, user, Map.of("seat_ids", all.subList(0, 50)))));
        UUID last = booking;
        for (int i = 1; i <= swaps; i++) {
            last = randomUUID();
            commands.add(Kafka.commandRecord(Kafka.command(
                    "swap_booking",
                    last,
                    show,
                    user,
                    Map.of(
                            "booking_request_id",
                            booking,
                            "give_seat_ids",
                            List.of(seats[i - 1]),
                            "take_seat_ids",
                            all.subList(50 * i, 50 * i + 50)))));
        }
        Kafka.sendAll(commands);
        assertThat(API.decided(last).text("status")).isEqualTo("CONFIRMED");
        API.lock(show, user, seats[5_000]).expect(409, "SEAT_BOOKED");
        UUID cancel = randomUUID();
        assertThat(API.cancel(cancel, booking, user).expect(200).texts("released_seat_ids"))
                .hasSize(50 * (swaps + 1) - swaps);
        API.lock(show, user, seats[5_000]).expect(200);
        assertThat(API.status(cancel).expect(200).text("status")).isEqualTo("CONFIRMED");
        String other = show("A1");
        API.lock(other, user, "A1").expect(200);
        API.confirmAndWait(randomUUID(), other, user, "A1").expect(200);
    }

    @Test
    void fillsAGapFromPostgres() {
        String show = show("A1", "A2", "A3", "A4");
        API.lock(show, user, "A4").expect(200);
        String before = Objects.requireNonNull(redis.opsForValue().get(map(show)));
        book(show, "A1");
        book(show, "A2");
        // As if Redis had failed over to a replica that lagged behind.
        redis.opsForValue().set(map(show), before);
        book(show, "A3");
        API.lock(show, randomUUID(), "A1").expect(409, "SEAT_BOOKED");
        assertThat(line(show)).isEqualTo("BBBL");
        assertThat(version(show)).isEqualTo(Db.count("select version from shows where id = ?", show));
    }

    @Test
    void comesBackWithTheNextLeaseWhenRedisWasEmptied() {
        String show = show();
        API.put("/shows/" + show, "{\"sections\":[{\"name\":\"S\",\"rows\":1000,\"seats_per_row\":200}]}")
                .expect(201);
        assertThat(redis.opsForValue().get(map(show))).hasSizeLessThan(250_000);
        API.lock(show, user, "S-7-7").expect(200);
        API.confirmAndWait(randomUUID(), show, user, "S-7-7").expect(200);
        RunningSystem.flushRedis();
        API.lock(show, user, "S-7-7", "S-7-8").expect(409, "SEAT_BOOKED");
        API.lock(show, user, "S-1000-200").expect(200);
    }

    /** Whatever is wrong with one show, the others go on, and it comes right itself. */
    @Test
    void setsAShowAsideWhoseOutcomesCannotBeSettled() {
        double before = setAside();
        String show = show("A1", "A2");
        // No script of this show can be carried out any more.
        redis.delete(map(show));
        redis.opsForHash().put(map(show), "what", "a hand may have put there");
        Kafka.send(Kafka.command(randomUUID(), show, user, "A1"));
        String other = show("A1");
        API.lock(other, user, "A1").expect(200);
        API.confirmAndWait(randomUUID(), other, user, "A1").expect(200);
        await().atMost(20, SECONDS).untilAsserted(() -> assertThat(setAside()).isGreaterThan(before));
        assertThat(line(show)).isEqualTo("BA");
        API.lock(show, user, "A2").expect(200);
    }

    @Test
    void setsAShowAsideWhoseOutcomeCannotBeRead() {
        String show = show("A1");
        double before = setAside();
        Kafka.send(new ProducerRecord<>(Topics.OUTCOMES, show.getBytes(UTF_8), new byte[] {'{'}));
        await().atMost(20, SECONDS).untilAsserted(() -> assertThat(setAside()).isGreaterThan(before));
        API.lock(show, user, "A1").expect(200);
        API.confirmAndWait(randomUUID(), show, user, "A1").expect(200);
    }

    @Test
    void keepsLeasesWhenSeatsMove() {
        String show = show("A1", "A3");
        API.lock(show, user, "A3").expect(200);
        API.put("/shows/" + show, "{\"seats\":[\"A2\"]}").expect(200);
        assertThat(line(show)).isEqualTo("AAL");
        API.lock(show, randomUUID(), "A3").expect(409, "SEAT_LEASED");
        assertThat(API.best(show, user, 2, true).expect(200).texts("seat_ids")).containsExactly("A1", "A2");
        API.release(show, user, "A3").expect(200);
        assertThat(line(show)).isEqualTo("LLA");
    }

    /** Of what Redis does for a booking, settling is not done once more for each gateway. */
    @Test
    void settlesOnceHoweverManyGateways() {
        int bookings = 20;
        long alone = bookingsCost(bookings);
        try (var _ = LocalApplications.gateway(SERVERS, "--server.port=0");
                var _ = LocalApplications.gateway(SERVERS, "--server.port=0")) {
            assertThat((double) bookingsCost(bookings) / alone).isLessThan(1.3);
        }
    }

    private long bookingsCost(int bookings) {
        String show =
                show(IntStream.range(0, bookings + 1).mapToObj(i -> "A" + i).toArray(String[]::new));
        book(show, "A" + bookings);
        long before = calls("");
        for (int i = 0; i < bookings; i++) {
            book(show, "A" + i);
        }
        return calls("") - before;
    }

    private void book(String show, String seat) {
        API.lock(show, user, seat).expect(200);
        API.confirmAndWait(randomUUID(), show, user, seat).expect(200);
    }

    private static String map(String show) {
        return "map:{" + show + "}";
    }

    private String line(String show) {
        return Objects.requireNonNull(redis.opsForValue().get(map(show))).substring(72);
    }

    private long version(String show) {
        return Long.parseLong(
                Objects.requireNonNull(redis.opsForValue().get(map(show))).substring(0, 16));
    }

    private static double setAside() {
        return GATEWAY.getBean(MeterRegistry.class)
                .get("seatkeeper.outcomes.set.aside")
                .counter()
                .count();
    }

    /** How often Redis has carried out that command, or any; those of scripts count, too. */
    private long calls(String command) {
        Properties stats = Objects.requireNonNull(redis.execute((RedisCallback<Properties>)
                connection -> connection.serverCommands().info("commandstats")));
        return stats.entrySet().stream()
                .filter(entry -> entry.getKey().toString().startsWith("cmdstat_" + command))
                .filter(entry -> !entry.getKey().toString().startsWith("cmdstat_ping"))
                .mapToLong(entry -> Long.parseLong(entry.getValue().toString().replaceAll("calls=(\\d+).*", "$1")))
                .sum();
    }
}
