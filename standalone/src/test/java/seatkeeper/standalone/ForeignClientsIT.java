package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Clients that are not Java: kcat (librdkafka) and kafkajs. Skipped where they are not installed, unless the environment
 * says {@code SEATKEEPER_FOREIGN_CLIENTS=required}, as CI does.
 */
class ForeignClientsIT {

    private static final Path JS = Path.of("src", "test", "js");

    private final String broker = RunningSystem.SERVERS.bootstrapServers();
    private final UUID user = randomUUID();

    @Test
    void kcatSendsCommandsAndReadsOutcomes() throws Exception {
        Programs.require("SEATKEEPER_FOREIGN_CLIENTS", Programs.installed("kcat", "-V"), "kcat is not installed");
        String show = show("A1");
        double misplaced = ClientIT.misplaced();
        UUID request = kcat(show, "-X", "partitioner=murmur2_random");
        API.decided(request).expect(200);
        assertThat(ClientIT.misplaced()).isEqualTo(misplaced);
        String outcomes =
                Programs.run("", "kcat", "-C", "-b", broker, "-t", "booking.outcomes", "-o", "beginning", "-e", "-q");
        assertThat(outcomes.lines().filter(line -> line.contains(request.toString())))
                .isNotEmpty()
                .allMatch(line -> line.contains("\"status\":\"CONFIRMED\""));
    }

    /** Its own partitioner puts shows elsewhere: noticed, and decided rightly all the same. */
    @Test
    void kcatWithItsOwnPartitionerIsNoticed() throws Exception {
        Programs.require("SEATKEEPER_FOREIGN_CLIENTS", Programs.installed("kcat", "-V"), "kcat is not installed");
        double misplaced = ClientIT.misplaced();
        for (int i = 0; i < 6; i++) {
            String show = show("A1");
            List<UUID> requests = new ArrayList<>(List.of(kcat(show), kcat(show, "-X", "partitioner=murmur2_random")));
            requests.forEach(this::awaitDecision);
            assertThat(Db.count("select count(*) from bookings where show_id = ?", show))
                    .isEqualTo(1);
            InvariantsIT.audit(show);
        }
        assertThat(ClientIT.misplaced()).isGreaterThan(misplaced);
    }

    @Test
    void kafkaJsSendsCommandsAndReadsOutcomes() throws Exception {
        Programs.require(
                "SEATKEEPER_FOREIGN_CLIENTS",
                Programs.installed("node", "--version") && Files.isDirectory(JS.resolve("node_modules")),
                "node is not installed, or npm ci was not run in " + JS);
        String show = show("A1");
        double misplaced = ClientIT.misplaced();
        UUID request = randomUUID();
        String outcome = Programs.run(
                "", "node", JS.resolve("book.js").toString(), broker, show, "A1", user.toString(), request.toString());
        assertThat(outcome).contains("\"request_id\":\"" + request + "\"", "\"status\":\"CONFIRMED\"");
        assertThat(API.seatMap(show)).containsEntry("A1", "BOOKED");
        assertThat(ClientIT.misplaced()).isEqualTo(misplaced);
    }

    private UUID kcat(String show, String... options) throws IOException, InterruptedException {
        UUID request = randomUUID();
        List<String> command =
                new ArrayList<>(List.of("kcat", "-P", "-b", broker, "-t", "booking.commands", "-k", show));
        command.addAll(List.of(options));
        Programs.run(Api.json(Kafka.command(request, show, user, "A1")) + "\n", command.toArray(String[]::new));
        return request;
    }

    private void awaitDecision(UUID request) {
        await().atMost(20, SECONDS)
                .untilAsserted(
                        () -> assertThat(API.status(request).text("status")).isIn("CONFIRMED", "REJECTED"));
    }
}
