package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.show;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import seatkeeper.standalone.Api.Reply;

/** Orchestrators give ten seconds. */
class ShutdownIT {

    private final UUID user = randomUUID();

    @Test
    void aStopAnswersWhoWaitsAndIsOverInTime() {
        String show = show("A1");
        UUID request = randomUUID();
        try (var _ = RunningSystem.workerPaused()) {
            var gateway = LocalApplications.gateway(RunningSystem.SERVERS, "--server.port=0");
            Api api = new Api(RunningSystem.port(gateway));
            api.lock(show, user, "A1").expect(200);
            CompletableFuture<Reply> waiting =
                    CompletableFuture.supplyAsync(() -> api.confirmAndWait(request, show, user, "A1"));
            await().atMost(20, SECONDS)
                    .untilAsserted(() -> RunningSystem.API.status(request).expect(200));
            Instant began = Instant.now();
            gateway.close();
            assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(10));
            assertThat(waiting.join().expect(202).text("status")).isEqualTo("PENDING");
        }
        assertThat(RunningSystem.API.decided(request).expect(200).text("status"))
                .isEqualTo("CONFIRMED");
    }
}
