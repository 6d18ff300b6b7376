package seatkeeper.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import seatkeeper.bench.Load.Call;

/** How fast the gateway answers, beside a handler of the same server that reads the same JSON and answers a constant. */
final class HttpRows {

    private static final int CONNECTIONS = 32;

    private final Drain drain;
    private final Child worker;
    private final Child gateway;
    private final int rounds;
    private final int calls;
    /** Before the first round: the JIT compiler takes half of a core for the first ten thousands. */
    private final int warmCalls;

    HttpRows(Drain drain, Child worker, Child gateway, double scale, int rounds) {
        this.drain = drain;
        this.worker = worker;
        this.gateway = gateway;
        this.rounds = rounds;
        this.calls = (int) (30_000 * scale);
        this.warmCalls = (int) (30_000 * Math.min(1, 5 * scale));
    }

    List<Measured> run() throws Exception {
        Load load = new Load(gateway.port(), CONNECTIONS);
        List<Double> canned = new ArrayList<>();
        List<Double> constant = new ArrayList<>();
        List<Double> lease = new ArrayList<>();
        List<Double> lost = new ArrayList<>();
        List<Double> confirm = new ArrayList<>();
        List<Double> status = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
            boolean warm = round >= 0;
            int calls = warm ? this.calls : warmCalls;
            String show = drain.shows(1, calls).getFirst().id();
            String user = UUID.randomUUID().toString();
            UUID[] requests = new UUID[calls];
            Arrays.setAll(requests, _ -> UUID.randomUUID());
            // What the gateway answers is measured without a worker on the same two cores.
            worker.freeze();
            try (CannedServer server = new CannedServer()) {
                Load ceiling = new Load(server.port(), CONNECTIONS);
                add(warm, canned, ceiling.perSecond(calls, n -> new Call("POST", "/", seats(show, user, n), 200)));
            }
            add(
                    warm,
                    constant,
                    load.perSecond(calls, n -> new Call("POST", "/bench/constant", seats(show, user, n), 200)));
            add(warm, lease, load.perSecond(calls, n -> new Call("POST", "/seat-lock", seats(show, user, n), 200)));
            String other = UUID.randomUUID().toString();
            add(warm, lost, load.perSecond(calls, n -> new Call("POST", "/seat-lock", seats(show, other, n), 409)));
            add(
                    warm,
                    confirm,
                    load.perSecond(
                            calls,
                            n -> new Call(
                                    "POST", "/booking/confirm", confirmation(show, user, n, requests[(int) n]), 202)));
            worker.thaw();
            drain.awaitSettled();
            add(
                    warm,
                    status,
                    load.perSecond(calls, n -> new Call("GET", "/booking/requests/" + requests[(int) n], "", 200)));
        }
        return List.of(
                new Measured("load generator", canned, constant, 2.0),
                new Measured("lease", lease, constant, 0.6),
                new Measured("lease, lost", lost, constant, 0.7),
                new Measured("confirm", confirm, constant, 0.4),
                new Measured("status", status, constant, 0.6));
    }

    private static void add(boolean warm, List<Double> rates, double rate) {
        if (warm) {
            rates.add(rate);
        }
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
