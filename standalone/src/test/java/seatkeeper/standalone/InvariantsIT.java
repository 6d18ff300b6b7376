package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import seatkeeper.contract.Outcome;

/** Sixty-four buyers fight over twenty seats; afterwards SQL tells whether anybody was cheated. */
class InvariantsIT {

    private static final int BUYERS = 64;
    private static final int ROUNDS = 4;
    private static final String[] SEATS =
            IntStream.rangeClosed(1, 20).mapToObj(i -> "A" + i).toArray(String[]::new);

    private final String show = show(SEATS);
    /** Request ids that were answered 202, or acknowledged by the broker. */
    private final Set<UUID> accepted = ConcurrentHashMap.newKeySet();

    private final Set<Integer> unexpected = ConcurrentHashMap.newKeySet();

    @Test
    void nobodyIsCheated() throws ExecutionException, InterruptedException {
        try (Kafka.Reader outcomes = Kafka.outcomes()) {
            fight();
            assertThat(unexpected).isEmpty();
            await().atMost(30, SECONDS)
                    .untilAsserted(() -> assertThat(decided().keySet()).containsAll(strings(accepted)));
            audit(show);
            assertThat(Db.count("select count(*) from bookings where show_id = ?", show))
                    .as("sold")
                    .isPositive();
            await().atMost(10, SECONDS)
                    .untilAsserted(() -> assertThat(published(outcomes)).isEqualTo(recorded()));
        }
        Map<String, String> seatMap = API.seatMap(show);
        for (UUID request : accepted) {
            Api.Reply status = API.status(request).expect(200);
            assertThat(status.text("status")).isEqualTo(decided().get(request.toString()));
            if (status.text("status").equals("CONFIRMED")) {
                status.body()
                        .path("seat_ids")
                        .forEach(seat -> assertThat(seatMap).containsEntry(seat.asString(), "BOOKED"));
            }
        }
    }

    /** What must hold of a show, whatever happened to it. */
    static void audit(String show) {
        assertThat(Db.column("""
                        select seat_id from bookings where show_id = ? and cancelled_at is null
                        group by seat_id having count(*) > 1
                        """, show)).as("seats sold twice").isEmpty();
        assertThat(Db.column("""
                        select r.request_id from booking_requests r
                        where r.show_id = ? and (
                            select coalesce(array_agg(b.seat_id order by b.seat_id), '{}') from bookings b
                            where b.request_id = r.request_id and b.show_id = r.show_id and b.user_id = r.user_id)
                        <> case r.status when 'CONFIRMED'
                           then (select coalesce(array_agg(s order by s), '{}') from unnest(r.seat_ids) s) else '{}' end
                        and coalesce(r.type, '') <> 'block_seats'
                        """, show))
                .as("requests booked in part, or against their outcome")
                .isEmpty();
        assertThat(Db.column("""
                        select b.id from bookings b
                        left join booking_requests r on r.request_id = b.request_id and r.status = 'CONFIRMED'
                        where b.show_id = ? and r.request_id is null
                        """, show)).as("bookings without an outcome").isEmpty();
        assertThat(Db.column("""
                        select s.id from seats s
                        left join bookings b on b.show_id = s.show_id and b.seat_id = s.id and b.cancelled_at is null
                        where s.show_id = ? and (s.status = 'BOOKED') <> (b.id is not null)
                        """, show)).as("seats whose status lies").isEmpty();
    }

    private void fight() throws ExecutionException, InterruptedException {
        try (ExecutorService buyers = Executors.newFixedThreadPool(BUYERS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < BUYERS; i++) {
                Random random = new Random(i);
                running.add(buyers.submit(() -> IntStream.range(0, ROUNDS).forEach(_ -> buy(random))));
            }
            for (Future<?> buyer : running) {
                buyer.get();
            }
        }
    }

    private void buy(Random random) {
        List<String> all = new ArrayList<>(List.of(SEATS));
        Collections.shuffle(all, random);
        String[] seats = all.subList(0, 1 + random.nextInt(4)).toArray(String[]::new);
        UUID user = randomUUID();
        UUID request = randomUUID();
        if (random.nextInt(5) == 0) {
            Kafka.send(Kafka.command(request, show, user, seats));
            accepted.add(request);
            if (random.nextBoolean()) {
                Kafka.send(Kafka.command(request, show, user, seats));
            }
            return;
        }
        if (!answered(API.lock(show, user, seats), 200, 409)) {
            return;
        }
        if (answered(API.confirm(request, show, user, seats), 202, 409)) {
            accepted.add(request);
            if (random.nextBoolean()) {
                boolean _ = answered(API.confirm(request, show, user, seats), 202, 200);
            }
        }
    }

    /** Whether it was granted; any answer but these two is remembered. */
    private boolean answered(Api.Reply reply, int granted, int otherwise) {
        if (reply.status() != granted && reply.status() != otherwise) {
            unexpected.add(reply.status());
        }
        return reply.status() == granted;
    }

    private Map<String, String> decided() {
        return Db.column("select request_id || '=' || status from booking_requests where show_id = ?", show).stream()
                .collect(toMap(row -> row.substring(0, 36), row -> row.substring(37)));
    }

    /** Everything the table says of a request, and everything the topic says: the same, each time it is said. */
    private Map<String, String> recorded() {
        return Db.column("""
                        select concat_ws('|', request_id, status, reason, seat_ids::text, user_id, command_partition,
                                         command_offset, extract(epoch from decided_at) * 1000)
                        from booking_requests where show_id = ?
                        """, show).stream()
                .collect(toMap(row -> row.substring(0, 36), row -> row.replace(".000000", "")));
    }

    private Map<String, String> published(Kafka.Reader outcomes) {
        return outcomes.all().stream()
                .filter(outcome -> show.equals(outcome.showId()))
                .collect(toMap(
                        outcome -> outcome.requestId().toString(),
                        InvariantsIT::text,
                        (first, again) -> first.equals(again) ? first : first + " and " + again));
    }

    private static String text(Outcome outcome) {
        return Stream.of(
                        outcome.requestId(),
                        outcome.status(),
                        outcome.reason(),
                        "{" + String.join(",", outcome.seatIds()) + "}",
                        outcome.userId(),
                        outcome.partition(),
                        outcome.offset(),
                        outcome.decidedAt().toEpochMilli())
                .filter(Objects::nonNull)
                .map(Object::toString)
                .collect(joining("|"));
    }

    private static List<String> strings(Set<UUID> ids) {
        return ids.stream().map(UUID::toString).toList();
    }
}
