package seatkeeper.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import seatkeeper.bench.Load.Call;

/** How fast the gateway answers, beside a handler of the same server that reads the same JSON and answers a constant. */
final class HttpRows {

    private static final int CONNECTIONS = 32;
    /** What all of them want at once. */
    static final int PAIRS_IN_ROW = 10;

    private final Drain drain;
    private final Child worker;
    private final Child gateway;
    private final int rounds;
    private final int calls;
    private final Warmup warmup;

    HttpRows(Drain drain, Child worker, Child gateway, double scale, int rounds, Warmup warmup) {
        this.drain = drain;
        this.worker = worker;
        this.gateway = gateway;
        this.rounds = rounds;
        this.calls = (int) (30_000 * scale);
        this.warmup = warmup;
    }

    /** Calls per second. */
    private record Round(
            double canned,
            double constant,
            double lease,
            double lost,
            double lostOnce,
            double confirm,
            double status) {}

    List<Measured> run() throws Exception {
        warmup.until(() -> {
            Round round = round(warmup.of(30_000));
            return 1 / (1 / round.lease + 1 / round.lost + 1 / round.lostOnce + 1 / round.confirm + 1 / round.status);
        });
        List<Round> measured = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            measured.add(round(calls));
        }
        List<Double> constant = rates(measured, Round::constant);
        return List.of(
                new Measured("load generator", rates(measured, Round::canned), constant, 2.0),
                new Measured("lease", rates(measured, Round::lease), constant, 0.6),
                new Measured("lease, lost", rates(measured, Round::lost), constant, 0.7),
                new Measured("lease, lost, each seat once", rates(measured, Round::lostOnce), constant, 0.7),
                new Measured("confirm", rates(measured, Round::confirm), constant, 0.4),
                new Measured("status", rates(measured, Round::status), constant, 0.6));
    }

    private static List<Double> rates(List<Round> measured, Function<Round, Double> rate) {
        return measured.stream().map(rate).toList();
    }

    private Round round(int calls) throws Exception {
        Load load = new Load(gateway.port(), CONNECTIONS);
        String show = drain.opened(gateway, calls);
        UUID[] requests = new UUID[calls];
        Arrays.setAll(requests, _ -> UUID.randomUUID());
        String[] users = new String[calls];
        Arrays.setAll(users, _ -> UUID.randomUUID().toString());
        String other = UUID.randomUUID().toString();
        // What the gateway answers is measured without a worker on the same two cores.
        worker.freeze();
        double canned;
        try (CannedServer server = new CannedServer()) {
            Load ceiling = new Load(server.port(), CONNECTIONS);
            canned = ceiling.perSecond(calls, n -> new Call("POST", "/", seats(show, users[(int) n], n), 200));
        }
        double constant =
                load.perSecond(calls, n -> new Call("POST", "/bench/constant", seats(show, users[(int) n], n), 200));
        double lease = load.perSecond(calls, n -> new Call("POST", "/seat-lock", seats(show, users[(int) n], n), 200));
        double lost =
                load.perSecond(calls, n -> new Call("POST", "/seat-lock", seats(show, other, n % PAIRS_IN_ROW), 409));
        double lostOnce = load.perSecond(calls, n -> new Call("POST", "/seat-lock", seats(show, other, n), 409));
        double confirm = load.perSecond(
                calls,
                n -> new Call(
                        "POST", "/booking/confirm", confirmation(show, users[(int) n], n, requests[(int) n]), 202));
        worker.thaw();
        drain.awaitSettled();
        double status = load.perSecond(calls, n -> new Call("GET", "/booking/requests/" + requests[(int) n], "", 200));
        return new Round(canned, constant, lease, lost, lostOnce, confirm, status);
    }

    static String seats(String show, String user, long n) {
        return "{\"show_id\":\"%s\",\"user_id\":\"%s\",\"seat_ids\":[\"s%d\",\"s%d\"]}"
                .formatted(show, user, 2 * n + 1, 2 * n + 2);
    }

    static String confirmation(String show, String user, long n, UUID request) {
        return "{\"request_id\":\"%s\",%s"
                .formatted(request, seats(show, user, n).substring(1));
    }
}
