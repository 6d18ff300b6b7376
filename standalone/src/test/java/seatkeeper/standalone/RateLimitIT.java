package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.SERVERS;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import seatkeeper.standalone.Api.Reply;

/** So many calls of one user, and of one address, whichever gateway they come to. */
class RateLimitIT {

    @Test
    void limitsEachUserOverAllGateways() {
        try (Issuer issuer = new Issuer()) {
            String[] settings = issuer.settings(
                    "--booking.rate-limit.user-per-second=2",
                    "--booking.rate-limit.address-per-second=0",
                    "--booking.rate-limit.burst=5s");
            try (var one = LocalApplications.gateway(SERVERS, settings);
                    var two = LocalApplications.gateway(SERVERS, settings)) {
                List<Api> apis = List.of(new Api(RunningSystem.port(one)), new Api(RunningSystem.port(two)));
                String greedy = issuer.token(randomUUID(), "read");
                List<Reply> replies = IntStream.range(0, 40)
                        .mapToObj(i -> shows(apis.get(i % 2), greedy))
                        .toList();
                long served =
                        replies.stream().filter(reply -> reply.status() == 200).count();
                // The burst, and what came in the time the calls took.
                assertThat(served).isBetween(10L, 30L);
                Reply refused = refused(replies).expect(429, "RATE_LIMITED");
                assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 2);

                shows(apis.getFirst(), issuer.token(randomUUID(), "read")).expect(200);
                await().atMost(20, SECONDS)
                        .untilAsserted(() -> shows(apis.getFirst(), greedy).expect(200));
            }
        }
    }

    @Test
    void limitsEachAddressBeforeItsTokensAreLookedAt() {
        try (Issuer issuer = new Issuer()) {
            String[] settings = issuer.settings(
                    "--server.forward-headers-strategy=native",
                    "--booking.rate-limit.address-per-second=2",
                    "--booking.rate-limit.burst=5s");
            try (var gateway = LocalApplications.gateway(SERVERS, settings)) {
                Api api = new Api(RunningSystem.port(gateway));
                List<Reply> replies = IntStream.range(0, 40)
                        .mapToObj(i -> from(api, "2001:db8:1:2::" + i))
                        .toList();
                assertThat(replies.stream().filter(reply -> reply.status() == 401))
                        .hasSizeBetween(10, 30);
                refused(replies).expect(429, "RATE_LIMITED");
                from(api, "2001:db8:1:3::1").expect(401);
                from(api, "192.0.2.7").expect(401);
            }
        }
    }

    @Test
    void withoutRedisCallsPass() {
        try (Issuer issuer = new Issuer();
                var gateway = LocalApplications.gateway(
                        SERVERS,
                        issuer.settings("--booking.rate-limit.user-per-second=1", "--booking.rate-limit.burst=1s"));
                var _ = RunningSystem.SERVERS.redisStopped()) {
            Api api = new Api(RunningSystem.port(gateway));
            String token = issuer.token(randomUUID(), "read");
            for (int i = 0; i < 5; i++) {
                shows(api, token).expect(200);
            }
        }
    }

    /** Not the last one: a call that comes just when there is a token again is served. */
    private static Reply refused(List<Reply> replies) {
        return replies.stream()
                .filter(reply -> reply.status() == 429)
                .findFirst()
                .orElseThrow();
    }

    private static Reply shows(Api api, String token) {
        return api.get("/shows?limit=1", "Authorization", "Bearer " + token);
    }

    private static Reply from(Api api, String address) {
        return api.get("/shows?limit=1", "Authorization", "Bearer nonsense", "X-Forwarded-For", address);
    }
}
