package seatkeeper.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.bench.Load.Call;
import seatkeeper.gateway.GatewayApplication;
import seatkeeper.gateway.show.Shows;
import seatkeeper.gateway.show.Shows.ListedSeat;
import seatkeeper.gateway.show.Shows.Rules;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.worker.WorkerApplication;

/** How fast the gateway answers, beside a handler of the same server that reads the same JSON and answers a constant. */
final class HttpRows {

    private static final int CONNECTIONS = 32;

    private final LocalServers servers;
    private final int rounds;
    private final int calls;

    HttpRows(LocalServers servers, double scale, int rounds) {
        this.servers = servers;
        this.rounds = rounds;
        this.calls = (int) (30_000 * scale);
    }

    @RestController
    static class Constant {

        @PostMapping("/bench/constant")
        Map<String, Object> answer(@RequestBody Map<String, Object> ignored) {
            return Map.of(
                    "success",
                    true,
                    "show_id",
                    "show",
                    "seat_ids",
                    List.of("A1", "A2"),
                    "expires_at",
                    "2026-01-01T00:00:00Z");
        }
    }

    List<Measured> run() {
        String[] arguments = {
            "--server.port=0",
            "--management.server.port=0",
            "--spring.datasource.url=" + servers.postgres().jdbcUrl(),
            "--spring.kafka.bootstrap-servers=" + servers.kafka().bootstrapServers(),
            "--spring.data.redis.host=127.0.0.1",
            "--spring.data.redis.port=" + servers.ports().redis()
        };
        try (ConfigurableApplicationContext worker =
                        WorkerApplication.application().run(arguments);
                ConfigurableApplicationContext gateway =
                        GatewayApplication.application().sources(Constant.class).run(arguments)) {
            int port = gateway.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
            return measure(new Load(port, CONNECTIONS), gateway.getBean(Shows.class), worker);
        }
    }

    private List<Measured> measure(Load load, Shows shows, ConfigurableApplicationContext worker) {
        List<Double> constant = new ArrayList<>();
        List<Double> lease = new ArrayList<>();
        List<Double> lost = new ArrayList<>();
        List<Double> confirm = new ArrayList<>();
        List<Double> status = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
            boolean warm = round >= 0;
            String show = show(shows);
            String user = UUID.randomUUID().toString();
            UUID[] requests = new UUID[calls];
            Arrays.setAll(requests, _ -> UUID.randomUUID());
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
            awaitDrained(worker);
            add(
                    warm,
                    status,
                    load.perSecond(calls, n -> new Call("GET", "/booking/requests/" + requests[(int) n], "", 200)));
        }
        return List.of(
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

    private String show(Shows shows) {
        String show = "bench-" + UUID.randomUUID();
        List<ListedSeat> seats = new ArrayList<>();
        for (int n = 0; n < 2 * calls; n++) {
            seats.add(new ListedSeat("s" + n, "", "r" + n / 20, n % 20, null));
        }
        shows.put(show, seats, Rules.NONE);
        return show;
    }

    private static String seats(String show, String user, long n) {
        return "{\"show_id\":\"%s\",\"user_id\":\"%s\",\"seat_ids\":[\"s%d\",\"s%d\"]}"
                .formatted(show, user, 2 * n, 2 * n + 1);
    }

    private static String confirmation(String show, String user, long n, UUID request) {
        return "{\"request_id\":\"%s\",%s"
                .formatted(request, seats(show, user, n).substring(1));
    }

    private void awaitDrained(ConfigurableApplicationContext worker) {
        JdbcClient jdbc = worker.getBean(JdbcClient.class);
        long before = -1;
        for (long now = count(jdbc); now != before; now = count(jdbc)) {
            before = now;
            try {
                Thread.sleep(1_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static long count(JdbcClient jdbc) {
        return jdbc.sql("select count(*) from booking_requests")
                .query(Long.class)
                .single();
    }
}
