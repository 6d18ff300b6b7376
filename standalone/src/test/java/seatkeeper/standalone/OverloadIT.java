package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import seatkeeper.standalone.Api.Reply;

/** When commands wait for too long, no more are accepted, and nothing is left of those refused. */
class OverloadIT {

    private final UUID user = randomUUID();

    @Test
    void refusesCommandsWhileTheBacklogIsTooOld() {
        String show = show("A1", "A2", "B1");
        String other = Stream.generate(() -> show("A1"))
                .filter(candidate -> partition(candidate) != partition(show))
                .findFirst()
                .orElseThrow();
        UUID accepted = randomUUID();
        UUID refused = randomUUID();
        try (var gateway = LocalApplications.gateway(
                RunningSystem.SERVERS, "--server.port=0", "--booking.overload.max-backlog-age=2s")) {
            Api api = new Api(RunningSystem.port(gateway));
            try (var _ = RunningSystem.workerPaused()) {
                api.lock(show, user, "A1").expect(200);
                api.confirm(accepted, show, user, "A1").expect(202);
                api.lock(show, user, "A2").expect(200);
                await().atMost(20, SECONDS).untilAsserted(() -> {
                    Reply reply = block(api, show);
                    assertThat(reply.expect(503, "OVERLOADED").header("Retry-After"))
                            .isEqualTo("5");
                });
                api.confirm(refused, show, user, "A2").expect(503, "OVERLOADED");
                api.cancel(randomUUID(), accepted, user).expect(503, "OVERLOADED");

                // Nothing is known of it, and nothing pins its lease.
                api.status(refused).expect(404);
                api.release(show, user, "A2").expect(200);
                api.lock(show, user, "A2").expect(200);
                // What was accepted before still is.
                assertThat(api.status(accepted).expect(200).text("status")).isEqualTo("PENDING");
                api.confirm(accepted, show, user, "A1").expect(202);
                // Neither are other partitions concerned.
                api.lock(other, user, "A1").expect(200);
                api.confirm(randomUUID(), other, user, "A1").expect(202);
            }
            await().atMost(30, SECONDS).untilAsserted(() -> {
                Reply reply = api.confirmAndWait(refused, show, user, "A2").expect(200);
                assertThat(reply.text("status")).isEqualTo("CONFIRMED");
            });
            assertThat(api.decided(accepted).expect(200).text("status")).isEqualTo("CONFIRMED");
        }
        InvariantsIT.audit(show);
    }

    /** Without waiting for what becomes of it. */
    private Reply block(Api api, String show) {
        Map<String, Object> body = Api.seats(show, user, "B1");
        body.put("request_id", randomUUID());
        return api.post("/booking/block", Api.json(body), "Authorization", "Bearer " + LocalApplications.OPERATOR_KEY);
    }

    private static int partition(String show) {
        return BuiltInPartitioner.partitionForKey(show.getBytes(UTF_8), 12);
    }
}
