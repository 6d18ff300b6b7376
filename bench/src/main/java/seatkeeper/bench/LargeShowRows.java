package seatkeeper.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import seatkeeper.bench.Load.Call;

/** Shows as large as they may be: how long their first buyer waits, and whoever asks for a seat that is not there. */
final class LargeShowRows {

    private static final int ROW = 500;
    private static final int CALLS = 5;

    private final Child gateway;
    private final RedisCounters redis;
    private final int rows;
    private final int rounds;

    LargeShowRows(Child gateway, RedisCounters redis, double scale, int rounds) {
        this.gateway = gateway;
        this.redis = redis;
        this.rows = (int) Math.max(1, 200_000 * scale / ROW);
        this.rounds = rounds;
    }

    List<Measured> run() throws Exception {
        List<Double> afterPut = new ArrayList<>();
        List<Double> afterFlush = new ArrayList<>();
        List<Double> unknown = new ArrayList<>();
        List<Double> taken = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            String show = "large-" + UUID.randomUUID();
            String sections = "{\"sections\":[{\"name\":\"s\",\"rows\":%d,\"seats_per_row\":%d}]}".formatted(rows, ROW);
            double _ = millis(new Call("PUT", "/shows/" + show, sections, 201), 1);
            afterPut.add(millis(lease(show, "s-1-1", 200), 1));
            redis.flush();
            afterFlush.add(millis(lease(show, "s-1-2", 200), 1));
            taken.add(millis(lease(show, "s-1-2", 409), CALLS));
            unknown.add(millis(lease(show, "none", 409), CALLS));
        }
        return List.of(
                Measured.atMost("first lease, after PUT", "ms", afterPut, List.of(100.0), 1),
                Measured.atMost("first lease, Redis emptied", "ms", afterFlush, List.of(1_000.0), 1),
                Measured.atMost("unknown seat", "ms", unknown, taken, 1.5));
    }

    private static Call lease(String show, String seat, int status) {
        String body = "{\"show_id\":\"%s\",\"user_id\":\"%s\",\"seat_ids\":[\"%s\"]}"
                .formatted(show, UUID.randomUUID(), seat);
        return new Call("POST", "/seat-lock", body, status);
    }

    /** Of one call, as the mean of one after the other. */
    private double millis(Call call, int calls) {
        return 1_000 / new Load(gateway.port(), 1).perSecond(calls, _ -> call);
    }
}
