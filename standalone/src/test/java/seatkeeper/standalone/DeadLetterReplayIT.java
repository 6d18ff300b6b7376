package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import seatkeeper.contract.Topics;
import seatkeeper.standalone.servers.Ports;
import seatkeeper.worker.WorkerApplication;
import seatkeeper.worker.intake.DeadLetterReplay;
import seatkeeper.worker.intake.DeadLetterReplay.Result;

/** Dead letters are sent back to the commands once. */
class DeadLetterReplayIT {

    private final UUID user = randomUUID();

    @Test
    void sendsEachBackOnce() {
        String show = show("A1", "A2");
        String other = show("A1");
        UUID first = letter(show, "A1");
        UUID elsewhere = letter(other, "A1");
        try (Kafka.Reader deadLetters = Kafka.deadLetters()) {
            // Still no command, when it comes back.
            byte[] key = show.getBytes(UTF_8);
            Kafka.send(new ProducerRecord<>(Topics.DEAD_LETTERS, key, "no command".getBytes(UTF_8)));

            assertThat(replay("--show=" + show, "--dry-run").replayed()).isZero();
            assertThat(Db.count("select count(*) from booking_requests where request_id = ?", first))
                    .isZero();

            assertThat(replay("--show=" + show).replayed()).isEqualTo(2);
            assertThat(API.decided(first).expect(200).text("status")).isEqualTo("CONFIRMED");
            await().atMost(20, SECONDS)
                    .untilAsserted(() -> assertThat(deadLetters.records()).anySatisfy(letter -> {
                        assertThat(letter.key()).isEqualTo(key);
                        assertThat(letter.headers().lastHeader("replayed")).isNotNull();
                    }));
        }
        assertThat(replay().replayed()).isPositive();
        assertThat(API.decided(elsewhere).expect(200).text("status")).isEqualTo("CONFIRMED");
        // Letters of other tests come back once more, and stay then.
        await().atMost(30, SECONDS).untilAsserted(() -> assertThat(replay()).isEqualTo(new Result(0, 0)));
        InvariantsIT.audit(show);
        InvariantsIT.audit(other);
    }

    @Test
    void saysInOneLineThatThereIsNoBroker() throws Exception {
        String nobody = "127.0.0.1:" + Ports.firstOfFree(1);
        Process process = new ProcessBuilder(Programs.java(
                        "-cp",
                        System.getProperty("java.class.path"),
                        WorkerApplication.class.getName(),
                        DeadLetterReplay.COMMAND,
                        "--spring.kafka.bootstrap-servers=" + nobody))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(1);
        assertThat(said.lines()).singleElement().asString().startsWith("replay-dead-letters: Kafka at " + nobody);
    }

    /** A good command that a worker of an earlier version took for a bad one. */
    private UUID letter(String show, String seat) {
        UUID request = randomUUID();
        ProducerRecord<byte[], byte[]> command = Kafka.commandRecord(Kafka.command(request, show, user, seat));
        Kafka.send(new ProducerRecord<>(Topics.DEAD_LETTERS, command.key(), command.value()));
        return request;
    }

    private static Result replay(String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = DeadLetterReplay.COMMAND;
        arguments[1] = "--spring.kafka.bootstrap-servers=" + RunningSystem.SERVERS.bootstrapServers();
        System.arraycopy(options, 0, arguments, 2, options.length);
        return DeadLetterReplay.run(arguments);
    }
}
