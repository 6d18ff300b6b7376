package seatkeeper.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import seatkeeper.bench.Load.Call;

/** What each gateway more costs Redis: commands for one booking with four gateways, beside one. */
final class GatewaysRow {

    private static final double MOST = 1.2;

    private final Drain drain;
    private final Fleet fleet;
    private final RedisCounters redis;
    private final int bookings;
    private final int rounds;

    GatewaysRow(Drain drain, Fleet fleet, RedisCounters redis, double scale, int rounds) {
        this.drain = drain;
        this.fleet = fleet;
        this.redis = redis;
        this.bookings = (int) Math.max(50, 2_000 * scale);
        this.rounds = rounds;
    }

    Measured run() throws Exception {
        List<Double> one = new ArrayList<>();
        List<Double> four = new ArrayList<>();
        try (Child worker = fleet.worker();
                Child gateway = fleet.gateway()) {
            worker.awaitReady();
            gateway.awaitReady();
            for (int round = 0; round < rounds; round++) {
                one.add(commands(gateway));
            }
            try (Child second = fleet.gateway();
                    Child third = fleet.gateway();
                    Child fourth = fleet.gateway()) {
                for (Child more : List.of(second, third, fourth)) {
                    more.awaitReady();
                }
                for (int round = 0; round < rounds; round++) {
                    four.add(commands(gateway));
                }
            }
        }
        return Measured.atMost("gateways", "", four, one, MOST);
    }

    /** For one booking: the lease, the confirm, and what follows when it is decided. */
    private double commands(Child gateway) throws Exception {
        String show = drain.opened(gateway, bookings);
        drain.awaitSettled();
        long before = redis.commands();
        double _ = new Load(gateway.port(), 16).perSecond(bookings, (connection, n) -> {
            String user = UUID.randomUUID().toString();
            connection.expect(new Call("POST", "/seat-lock", HttpRows.seats(show, user, n), 200));
            connection.expect(
                    new Call("POST", "/booking/confirm", HttpRows.confirmation(show, user, n, UUID.randomUUID()), 200)
                            .awaiting(20));
        });
        drain.awaitSettled();
        return (redis.commands() - before) / (double) bookings;
    }
}
