package seatkeeper.bench;

import static seatkeeper.bench.HttpRows.PAIRS_IN_ROW;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import seatkeeper.bench.Load.Call;
import seatkeeper.bench.Load.Connection;

/** The whole way of a booking: seats leased, confirmed, and the outcome in the client's hands. */
final class BookingRows {

    private static final int CLIENTS = 32;
    private static final int BOOKINGS_PER_SECOND = 100;
    /** Of what clients get who wait for each booking before they begin the next. */
    private static final double[] SHARES = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5};

    private final Drain drain;
    private final Child gateway;
    private final int rounds;
    private final int bookings;
    private final Warmup warmup;
    private final int rows;
    private final int timed;
    private final List<Double> free = new ArrayList<>();

    BookingRows(Drain drain, Child gateway, double scale, int rounds, Warmup warmup) {
        this.drain = drain;
        this.gateway = gateway;
        this.rounds = rounds;
        this.bookings = (int) (8_000 * scale);
        this.warmup = warmup;
        this.rows = Math.max(2, (int) (300 * scale));
        this.timed = Math.max(BOOKINGS_PER_SECOND / 5, (int) (1_000 * scale));
    }

    /** How a client gets to a booking: which call leases seats, and which one books them and answers with the outcome. */
    private record Way(String leasing, String booking, int waitSeconds) {

        Call lease(String show, String user, long pair) {
            return new Call("POST", leasing, HttpRows.seats(show, user, pair), 200);
        }

        Call book(String show, String user, long pair, UUID request) {
            return new Call("POST", booking, HttpRows.confirmation(show, user, pair, request), 200)
                    .awaiting(waitSeconds);
        }
    }

    private static final Way OURS = new Way("/seat-lock", "/booking/confirm", 30);
    private static final Way SIMPLE = new Way("/bench/lease", "/bench/book", 0);

    List<Measured> run() throws Exception {
        List<Double> simpleFree = new ArrayList<>();
        List<Double> contended = new ArrayList<>();
        List<Double> simpleContended = new ArrayList<>();
        List<Double> median = new ArrayList<>();
        List<Double> tail = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        try (BareSteps steps = new BareSteps(drain)) {
            // Both are warmed up, and neither is measured cold.
            warmup.until(() -> book(OURS, warmup.of(8_000)));
            warmup.until(() -> book(SIMPLE, warmup.of(8_000)));
            for (int round = 0; round < rounds; round++) {
                free.add(book(OURS, bookings));
                simpleFree.add(book(SIMPLE, bookings));
                contended.add(race(OURS));
                simpleContended.add(race(SIMPLE));
                bare.add(2 * steps.roundTripMillis(timed / 4) + steps.commitMillis(timed / 4));
                List<Double> millis = millis(timed, BOOKINGS_PER_SECOND);
                median.add(millis.get(millis.size() / 2));
                tail.add(millis.get(millis.size() * 99 / 100));
            }
        }
        return List.of(
                new Measured("against the simple way, free", free, simpleFree, 1.0),
                new Measured("against the simple way, contended", contended, simpleContended, 2.0),
                Measured.atMost("latency, median", "ms", median, bare, 2),
                Measured.atMost("latency, 99 of 100", "ms", tail, bare, 6));
    }

    /**
     * What was measured, beside what its parts allow.
     *
     * @param measured with lease, confirm and drain
     */
    Measured wholeWay(List<Measured> measured) {
        double parts = 1 / (1 / rate(measured, "lease") + 1 / rate(measured, "confirm") + 1 / rate(measured, "drain"));
        return new Measured("whole way", free, List.of(parts), 0.7);
    }

    private static double rate(List<Measured> measured, String row) {
        return measured.stream()
                .filter(candidate -> candidate.row().equals(row))
                .mapToDouble(found -> Measured.median(found.work()))
                .findFirst()
                .orElseThrow();
    }

    /** Bookings per second when nobody wants the same seats. */
    private double book(Way way, int bookings) throws SQLException {
        String show = drain.opened(gateway, bookings);
        return load(CLIENTS).perSecond(bookings, (connection, n) -> {
            String user = UUID.randomUUID().toString();
            connection.expect(way.lease(show, user, n));
            connection.expect(way.book(show, user, n, UUID.randomUUID()));
        });
    }

    /**
     * Bookings per second when all clients want two seats of the same row: each tries one pair after the other until it
     * has one, or all are gone; and goes on to the next row. So each row is sold out, and most calls are lost.
     */
    private double race(Way way) throws SQLException {
        String show = drain.opened(gateway, rows * PAIRS_IN_ROW);
        double triesPerSecond = load(CLIENTS).perSecond((long) rows * CLIENTS, (connection, n) -> {
            long row = n / CLIENTS;
            String user = UUID.randomUUID().toString();
            List<Integer> pairs =
                    new ArrayList<>(IntStream.range(0, PAIRS_IN_ROW).boxed().toList());
            Collections.shuffle(pairs, new Random(n));
            for (int pair : pairs) {
                if (isGranted(connection, way.lease(show, user, row * PAIRS_IN_ROW + pair))) {
                    connection.expect(way.book(show, user, row * PAIRS_IN_ROW + pair, UUID.randomUUID()));
                    return;
                }
            }
        });
        if (booked(show) != (long) rows * PAIRS_IN_ROW * Drain.SEATS_PER_COMMAND) {
            throw new IllegalStateException("the rows are not sold out");
        }
        return triesPerSecond * PAIRS_IN_ROW / CLIENTS;
    }

    private static boolean isGranted(Connection connection, Call lease) throws IOException {
        int status = connection.status(lease);
        if (status != 200 && status != 409) {
            throw new IllegalStateException("a lease was answered " + status);
        }
        return status == 200;
    }

    /**
     * Latency at ever more bookings a second, beyond what can be served.
     *
     * @return a JSON object for each rate
     */
    List<String> sweep() throws SQLException {
        List<String> points = new ArrayList<>();
        double most = Measured.median(free);
        for (double share : SHARES) {
            double perSecond = Math.max(10, share * most);
            int calls = (int) Math.max(5, perSecond * timed / BOOKINGS_PER_SECOND / 2);
            List<Double> millis = millis(calls, perSecond);
            points.add(String.format(
                    Locale.ROOT,
                    "{\"offered\":%.0f,\"p50\":%.2f,\"p99\":%.2f}",
                    perSecond,
                    millis.get(millis.size() / 2),
                    millis.get(millis.size() * 99 / 100)));
        }
        return points;
    }

    /** Of bookings that come at a steady rate, sorted; the seats were leased before. */
    private List<Double> millis(int calls, double perSecond) throws SQLException {
        String show = drain.opened(gateway, calls);
        String user = UUID.randomUUID().toString();
        double _ = load(CLIENTS).perSecond(calls, n -> OURS.lease(show, user, n));
        LongFunction<Call> confirm = n -> OURS.book(show, user, n, UUID.randomUUID());
        return load(2 * CLIENTS).millis(calls, perSecond, confirm).stream()
                .sorted()
                .toList();
    }

    private Load load(int connections) {
        return new Load(gateway.port(), connections);
    }

    private long booked(String show) throws SQLException {
        try (var connection = drain.connect();
                var count = connection.prepareStatement("select count(*) from bookings where show_id = ?")) {
            count.setString(1, show);
            try (var rows = count.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
