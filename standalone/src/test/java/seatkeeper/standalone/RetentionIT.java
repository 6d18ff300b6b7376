package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.sql.Connection;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Old requests are forgotten, and only old ones. */
class RetentionIT {

    private final UUID user = randomUUID();

    @Test
    void forgetsWhatIsOlderThanTheWindow() throws Exception {
        String show = show("A1");
        UUID confirmed = decide(show);
        UUID rejected = decide(show);
        UUID recent = decide(show);
        try (Connection connection = Db.connect();
                var age = connection.prepareStatement(
                        "update booking_requests set decided_at = now() - interval '8 days' where request_id in (?, ?)")) {
            age.setObject(1, confirmed);
            age.setObject(2, rejected);
            age.executeUpdate();
        }
        try (var _ = LocalApplications.worker(RunningSystem.SERVERS, "--booking.retention.every=1s")) {
            await().atMost(20, SECONDS).until(() -> !isKnown(rejected));
            assertThat(isKnown(confirmed)).isTrue();
            assertThat(isKnown(recent)).isTrue();
            // Records that old are refused now, should the log be read again.
            assertThat(Db.count("select count(*) from retention where horizon < now() - interval '7 days'"))
                    .isEqualTo(1);

            API.post("/shows/" + show + "/archive", "", "Authorization", "Bearer " + LocalApplications.OPERATOR_KEY)
                    .expect(200);
            await().atMost(20, SECONDS).until(() -> !isKnown(confirmed));
            assertThat(Db.count("select count(*) from bookings where show_id = ?", show))
                    .isEqualTo(1);
        }
    }

    private UUID decide(String show) {
        UUID request = randomUUID();
        Kafka.send(Kafka.command(request, show, user, "A1"));
        API.decided(request).expect(200);
        return request;
    }

    private static boolean isKnown(UUID request) {
        return Db.count("select count(*) from booking_requests where request_id = ?", request) == 1;
    }
}
