package seatkeeper.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import seatkeeper.contract.Command;

/**
 * How fast a worker empties the command log, beside the same rows written by nothing but set-based SQL: 500 requests a
 * transaction on one connection, no Kafka, no decision.
 */
final class DrainRows {

    private static final int BATCH = 500;

    private static final String BARE_SEATS = """
            update seats s set status = 'BOOKED', version = wanted.version
            from unnest(?::text[], ?::text[], ?::bigint[]) as wanted (show_id, id, version)
            where s.show_id = wanted.show_id and s.id = wanted.id and s.status = 'AVAILABLE'
            """;

    private static final String BARE_BOOKINGS = """
            insert into bookings (show_id, seat_id, user_id, request_id)
            select * from unnest(?::text[], ?::text[], ?::uuid[], ?::uuid[])
            """;

    private static final String BARE_REQUESTS = """
            insert into booking_requests (request_id, fingerprint, type, show_id, seat_ids, user_id, status, submitted_at,
                                          decided_at, show_version, command_partition, command_offset)
            select request_id, decode(fingerprint, 'hex'), 'confirm_booking', show_id, string_to_array(seats, ','), user_id,
                   'CONFIRMED', now(), now(), version, 0, version
            from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::uuid[], ?::bigint[])
                as decided (request_id, fingerprint, show_id, seats, user_id, version)
            """;

    private final Drain drain;
    private final int rounds;
    private final int commands;

    DrainRows(Drain drain, double scale, int rounds) {
        this.drain = drain;
        this.rounds = rounds;
        this.commands = (int) (200_000 * scale);
    }

    List<Measured> run() throws Exception {
        drain.worker().close();
        // Both are warmed up, and neither is measured cold.
        drain.drain(drain.shows(8, commands / 4), 1.0);
        bare(drain.shows(8, commands / 4));
        List<Double> drained = new ArrayList<>();
        List<Double> written = new ArrayList<>();
        List<Double> hot = new ArrayList<>();
        List<Double> contended = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            written.add(bare(drain.shows(64, commands)));
            drained.add(drain.drain(drain.shows(64, commands), 1.0));
            hot.add(drain.drain(drain.shows(1, commands), 1.0));
            contended.add(drain.drain(drain.shows(64, commands), 0.1));
        }
        return List.of(
                new Measured("drain", drained, written, 0.6),
                new Measured("drain, one hot show", hot, written, 0.5),
                new Measured("drain, contended", contended, drained, 1.0));
    }

    /** The same rows per second by bare SQL. */
    private double bare(List<Drain.Show> shows) throws SQLException {
        List<Command> commands = drain.commands(shows, 1.0);
        long start = System.nanoTime();
        try (Connection connection = drain.connect()) {
            connection.setAutoCommit(false);
            try (PreparedStatement seats = connection.prepareStatement(BARE_SEATS);
                    PreparedStatement bookings = connection.prepareStatement(BARE_BOOKINGS);
                    PreparedStatement requests = connection.prepareStatement(BARE_REQUESTS)) {
                for (int from = 0; from < commands.size(); from += BATCH) {
                    write(
                            connection,
                            seats,
                            bookings,
                            requests,
                            commands.subList(from, Math.min(from + BATCH, commands.size())));
                }
            }
        }
        return commands.size() * 1e9 / (System.nanoTime() - start);
    }

    private static void write(
            Connection connection,
            PreparedStatement seats,
            PreparedStatement bookings,
            PreparedStatement requests,
            List<Command> batch)
            throws SQLException {
        List<String> shows = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        List<UUID> users = new ArrayList<>();
        List<UUID> requestIds = new ArrayList<>();
        List<Long> versions = new ArrayList<>();
        for (Command command : batch) {
            for (String seat : command.action().taken()) {
                shows.add(command.showId());
                ids.add(seat);
                users.add(command.userId());
                requestIds.add(command.requestId());
                versions.add(1L);
            }
        }
        set(connection, seats, 1, "text", shows);
        set(connection, seats, 2, "text", ids);
        set(connection, seats, 3, "bigint", versions);
        seats.executeUpdate();
        set(connection, bookings, 1, "text", shows);
        set(connection, bookings, 2, "text", ids);
        set(connection, bookings, 3, "uuid", users);
        set(connection, bookings, 4, "uuid", requestIds);
        bookings.executeUpdate();
        set(
                connection,
                requests,
                1,
                "uuid",
                batch.stream().map(Command::requestId).toList());
        set(
                connection,
                requests,
                2,
                "text",
                batch.stream().map(c -> c.fingerprint().toString()).toList());
        set(connection, requests, 3, "text", batch.stream().map(Command::showId).toList());
        set(
                connection,
                requests,
                4,
                "text",
                batch.stream().map(c -> String.join(",", c.action().taken())).toList());
        set(connection, requests, 5, "uuid", batch.stream().map(Command::userId).toList());
        set(connection, requests, 6, "bigint", batch.stream().map(_ -> 1L).toList());
        requests.executeUpdate();
        connection.commit();
    }

    private static void set(Connection connection, PreparedStatement statement, int index, String type, List<?> values)
            throws SQLException {
        statement.setArray(index, connection.createArrayOf(type, values.toArray()));
    }
}
