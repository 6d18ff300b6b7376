package seatkeeper.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import seatkeeper.bench.Drain.Show;
import seatkeeper.bench.Load.Call;
import seatkeeper.standalone.servers.PostgresServer;

/** What becomes of the speed when there is much already. */
final class GrowthRows {

    private static final int CLIENTS = 32;
    private static final int SMALL = 50;

    /**
     * Bookings of two seats each, of ids that grow, so that they are quick to write, and are spread evenly over all
     * there can be, so that new ones land anywhere among them.
     */
    private static final List<String> GROW = List.of(
            "set session_replication_role = replica",
            "set synchronous_commit = off",
            "insert into shows (id, version) select 'grown-' || lpad(s::text, 6, '0'), 1 from generate_series(0, %1$d / 10000) s",
            """
            insert into seats (show_id, id, status, version)
            select 'grown-' || lpad((n / 10000)::text, 6, '0'), lpad((n %% 10000 * 2 + k)::text, 6, '0'), 'BOOKED', 1
            from generate_series(0, %1$d - 1) n, generate_series(0, 1) k
            """,
            """
            insert into bookings (show_id, seat_id, user_id, request_id)
            select 'grown-' || lpad((n / 10000)::text, 6, '0'), lpad((n %% 10000 * 2 + k)::text, 6, '0'), id, id
            from (select n, (lpad(to_hex(n * (4294967295 / %1$d)), 8, '0') || '-0000-4000-8000-000000000000')::uuid as id
                  from generate_series(0::bigint, %1$d - 1) n) as request, generate_series(0, 1) k
            """,
            """
            insert into booking_requests (request_id, fingerprint, show_id, seat_ids, user_id, status, submitted_at,
                                          decided_at, show_version, command_partition, command_offset)
            select id, sha256(uuid_send(id)), 'grown-' || lpad((n / 10000)::text, 6, '0'),
                   array[lpad((n %% 10000 * 2)::text, 6, '0'), lpad((n %% 10000 * 2 + 1)::text, 6, '0')], id, 'CONFIRMED',
                   now(), now(), 1, 0, n
            from (select n, (lpad(to_hex(n * (4294967295 / %1$d)), 8, '0') || '-0000-4000-8000-000000000000')::uuid as id
                  from generate_series(0::bigint, %1$d - 1) n) as request
            """,
            "reset synchronous_commit",
            "vacuum analyze",
            "checkpoint");

    private final Drain drain;
    private final Child gateway;
    private final double scale;
    private final int rounds;

    GrowthRows(Drain drain, Child gateway, double scale, int rounds) {
        this.drain = drain;
        this.gateway = gateway;
        this.scale = scale;
        this.rounds = rounds;
    }

    List<Measured> run() throws Exception {
        return List.of(drained(), leased());
    }

    private Measured drained() throws Exception {
        int commands = Math.max(2_000, (int) (50_000 * scale));
        int bookings = (int) (5_000_000 * scale);
        Drain grown = database("grown");
        try (Connection connection = grown.connect();
                Statement statement = connection.createStatement()) {
            for (String step : GROW) {
                statement.execute(step.formatted(bookings / Drain.SEATS_PER_COMMAND));
            }
        }
        List<Double> large = new ArrayList<>();
        List<Double> empty = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Drain fresh = database("empty_" + round);
            empty.add(fresh.drain(fresh.shows(64, commands), 1.0));
            large.add(grown.drain(grown.shows(64, commands), 1.0));
        }
        return new Measured("growth, drain", large, empty, 0.85);
    }

    /** A new database with the schema. */
    private Drain database(String name) throws SQLException {
        try (Connection connection = drain.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        }
        String url = drain.jdbcUrl().replace("/" + PostgresServer.DATABASE, "/" + name);
        Drain database = new Drain(drain.servers(), url);
        database.worker().close();
        return database;
    }

    private Measured leased() throws SQLException {
        int calls = (int) (10_000 * scale);
        String small = show(SMALL);
        int pairs = Math.max(SMALL, (int) (100_000 * scale));
        String large = show(pairs);
        List<Double> inSmall = new ArrayList<>();
        List<Double> inLarge = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            inSmall.add(lease(small, SMALL, calls));
            inLarge.add(lease(large, pairs, calls));
        }
        return new Measured("growth, lease", inLarge, inSmall, 0.95);
    }

    /** Leased and released, per second; seats all over the show. */
    private double lease(String show, int pairs, int calls) {
        String user = UUID.randomUUID().toString();
        return load().perSecond(calls, (connection, n) -> {
            long pair = n * 7_919 % pairs;
            connection.expect(new Call("POST", "/seat-lock", HttpRows.seats(show, user, pair), 200));
            connection.expect(new Call("POST", "/seat-lock/release", HttpRows.seats(show, user, pair), 200));
        });
    }

    /** Its seat map is in Redis already. */
    private String show(int pairs) throws SQLException {
        Show show = drain.shows(1, pairs).getFirst();
        double _ = new Load(gateway.port(), 1).perSecond(1, _ -> new Call("GET", "/shows/" + show.id(), "", 200));
        return show.id();
    }

    private Load load() {
        return new Load(gateway.port(), CLIENTS);
    }
}
