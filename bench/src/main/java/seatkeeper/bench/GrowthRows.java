package seatkeeper.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import seatkeeper.bench.Load.Call;
import seatkeeper.standalone.servers.PostgresServer;

/** What becomes of the speed when there is much already. */
final class GrowthRows {

    private static final int CLIENTS = 32;
    private static final int SMALL = 50;

    private static final String SHOWS = """
            insert into shows (id, version)
            select 'grown-' || lpad(s::text, 6, '0'), 1 from generate_series(0, %1$d / 10000) s
            """;

    private static final String SEATS = """
            insert into seats (show_id, id, status, version)
            select 'grown-' || lpad((n / 10000)::text, 6, '0'), lpad((n %% 10000 * 2 + k)::text, 6, '0'), 'BOOKED', 1
            from generate_series(0, %1$d - 1) n, generate_series(0, 1) k
            """;

    /** Ids that grow are quick to write; they are spread evenly over all there can be, so that new ones land among them. */
    private static final String BOOKINGS = """
            insert into bookings (show_id, seat_id, user_id, request_id)
            select 'grown-' || lpad((n / 10000)::text, 6, '0'), lpad((n %% 10000 * 2 + k)::text, 6, '0'), id, id
            from (select n, (lpad(to_hex(n * (4294967295 / %1$d)), 8, '0') || '-0000-4000-8000-000000000000')::uuid as id
                  from generate_series(0::bigint, %1$d - 1) n) as request, generate_series(0, 1) k
            """;

    private static final String REQUESTS = """
            insert into booking_requests (request_id, fingerprint, show_id, seat_ids, user_id, status, submitted_at,
                                          decided_at, show_version, command_partition, command_offset)
            select id, sha256(uuid_send(id)), 'grown-' || lpad((n / 10000)::text, 6, '0'),
                   array[lpad((n %% 10000 * 2)::text, 6, '0'), lpad((n %% 10000 * 2 + 1)::text, 6, '0')], id, 'CONFIRMED',
                   now(), now(), 1, 0, n
            from (select n, (lpad(to_hex(n * (4294967295 / %1$d)), 8, '0') || '-0000-4000-8000-000000000000')::uuid as id
                  from generate_series(0::bigint, %1$d - 1) n) as request
            """;

    private static final String OWN_INDEXES = """
            select indexname, indexdef from pg_indexes
            where tablename = ? and indexname not in (select conname from pg_constraint)
            """;

    private final Drain drain;
    private final double scale;
    private final int rounds;

    GrowthRows(Drain drain, double scale, int rounds) {
        this.drain = drain;
        this.scale = scale;
        this.rounds = rounds;
    }

    /** A drain beside five million bookings; no gateway should follow the outcomes meanwhile. */
    Measured drained() throws Exception {
        int commands = Math.max(2_000, (int) (50_000 * scale));
        int bookings = (int) (5_000_000 * scale);
        Drain grown = database("grown");
        grow(grown, bookings / Drain.SEATS_PER_COMMAND);
        List<Double> large = new ArrayList<>();
        List<Double> empty = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Drain fresh = database("empty_" + round);
            empty.add(fresh.drain(fresh.shows(64, commands), 1.0));
            large.add(grown.drain(grown.shows(64, commands), 1.0));
        }
        return new Measured("growth, drain", large, empty, 0.85);
    }

    private static void grow(Drain grown, int requests) throws Exception {
        fill(grown, "shows", SHOWS, requests);
        try (var threads = Executors.newFixedThreadPool(2)) {
            List<Callable<Void>> tables = List.of(() -> fill(grown, "bookings", BOOKINGS, requests), () -> {
                fill(grown, "seats", SEATS, requests);
                return fill(grown, "booking_requests", REQUESTS, requests);
            });
            for (Future<Void> table : threads.invokeAll(tables)) {
                table.get();
            }
        }
        try (Connection connection = grown.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("vacuum analyze");
            statement.execute("checkpoint");
        }
    }

    /** Rows first and indexes after them, but for those that are constraints; foreign keys are not looked at. */
    private static @Nullable Void fill(Drain grown, String table, String rows, int requests) throws SQLException {
        try (Connection connection = grown.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set session_replication_role = replica");
            statement.execute("set maintenance_work_mem = '256MB'");
            Map<String, String> indexes = ownIndexes(connection, table);
            for (String index : indexes.keySet()) {
                statement.execute("drop index " + index);
            }
            statement.execute(rows.formatted(requests));
            for (String definition : indexes.values()) {
                statement.execute(definition);
            }
            return null;
        }
    }

    private static Map<String, String> ownIndexes(Connection connection, String table) throws SQLException {
        Map<String, String> indexes = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(OWN_INDEXES)) {
            query.setString(1, table);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    indexes.put(row.getString(1), row.getString(2));
                }
            }
        }
        return indexes;
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

    /** A lease in a large show. */
    Measured leased(Child gateway, Warmup warmup) throws Exception {
        int calls = (int) (10_000 * scale);
        Load load = new Load(gateway.port(), CLIENTS);
        String small = drain.opened(gateway, SMALL);
        int pairs = Math.max(SMALL, (int) (100_000 * scale));
        String large = drain.opened(gateway, pairs);
        warmup.until(() -> lease(load, small, SMALL, warmup.of(10_000)));
        List<Double> inSmall = new ArrayList<>();
        List<Double> inLarge = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            inSmall.add(lease(load, small, SMALL, calls));
            inLarge.add(lease(load, large, pairs, calls));
        }
        return new Measured("growth, lease", inLarge, inSmall, 0.95);
    }

    /** Leased and released, per second; seats all over the show. */
    private static double lease(Load load, String show, int pairs, int calls) {
        String user = UUID.randomUUID().toString();
        return load.perSecond(calls, (connection, n) -> {
            long pair = n * 7_919 % pairs;
            connection.expect(new Call("POST", "/seat-lock", HttpRows.seats(show, user, pair), 200));
            connection.expect(new Call("POST", "/seat-lock/release", HttpRows.seats(show, user, pair), 200));
        });
    }
}
