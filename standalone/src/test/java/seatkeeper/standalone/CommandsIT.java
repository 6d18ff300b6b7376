package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.contract.Topics;

/** The door for other producers: commands in, outcomes out, nothing but Kafka. */
class CommandsIT {

    private final Kafka.Reader outcomes = Kafka.outcomes();
    private final Kafka.Reader deadLetters = Kafka.deadLetters();
    private final UUID user = randomUUID();
    private final UUID request = randomUUID();

    @AfterEach
    void close() {
        outcomes.close();
        deadLetters.close();
    }

    @Test
    void publishesTheOutcomeWithItsPlaceInTheLog() {
        String show = show("A1", "A2");
        Map<String, Object> command = Kafka.command(request, show, user, "A2", "A1");
        RecordMetadata place = Kafka.send(command);

        Outcome outcome = outcome(request);
        assertThat(outcome.showId()).isEqualTo(show);
        assertThat(outcome.seatIds()).containsExactly("A2", "A1");
        assertThat(outcome.userId()).isEqualTo(user);
        assertThat(outcome.status()).isEqualTo(Status.CONFIRMED);
        assertThat(outcome.reason()).isNull();
        assertThat(outcome.conflicts()).isEmpty();
        assertThat(outcome.submittedAt())
                .isEqualTo(Instant.ofEpochMilli(
                        Instant.parse(command.get("submitted_at").toString()).toEpochMilli()));
        assertThat(outcome.decidedAt())
                .isBetween(outcome.submittedAt(), Instant.now().plusSeconds(1));
        assertThat(outcome.partition()).isEqualTo(place.partition());
        assertThat(outcome.offset()).isEqualTo(place.offset());
        assertThat(outcomes.records())
                .filteredOn(record -> new String(record.value(), UTF_8).contains(request.toString()))
                .allSatisfy(record -> assertThat(record.key()).isEqualTo(show.getBytes(UTF_8)));

        assertThat(API.status(request).expect(200).text("status")).isEqualTo("CONFIRMED");
        await().untilAsserted(() -> API.lock(show, randomUUID(), "A1").expect(409, "SEAT_BOOKED"));
        assertThat(API.seatMap(show)).isEqualTo(Map.of("A1", "BOOKED", "A2", "BOOKED"));
    }

    @Test
    void decidesOnceWithinABatch() {
        String show = show("A1");
        List<RecordMetadata> places;
        try (var _ = RunningSystem.workerPaused()) {
            ProducerRecord<byte[], byte[]> record = Kafka.commandRecord(Kafka.command(request, show, user, "A1"));
            places = Kafka.sendAll(List.of(record, record, record));
        }
        Outcome first = outcome(request);
        assertThat(first.offset()).isEqualTo(places.getFirst().offset());
        assertThat(first.status()).isEqualTo(Status.CONFIRMED);
        settleBehind(show);
        assertThat(outcomes.of(request)).isNotEmpty().allMatch(first::equals);
        assertThat(Db.count("select count(*) from bookings where show_id = ?", show))
                .isEqualTo(1);
    }

    @Test
    void decidesOnceAcrossBatches() {
        String show = show("A1", "A2");
        Kafka.send(Kafka.command(request, show, user, "A1", "A2"));
        Outcome first = outcome(request);
        Kafka.send(Kafka.command(request, show, user, "A2", "A1"));
        await().atMost(10, SECONDS).until(() -> outcomes.of(request).size() == 2);
        assertThat(outcomes.of(request)).allMatch(first::equals);
        assertThat(Db.count("select count(*) from bookings where show_id = ?", show))
                .isEqualTo(2);
    }

    @Test
    void refusesTheSameIdForAnotherShow() {
        String show = show("A1");
        String otherShow = show("A1");
        Kafka.send(Kafka.command(request, show, user, "A1"));
        Outcome first = outcome(request);
        RecordMetadata place = Kafka.send(Kafka.command(request, otherShow, user, "A1"));

        ConsumerRecord<byte[], byte[]> letter = letter(place);
        assertThat(header(letter, "code")).isEqualTo("REQUEST_ID_REUSED");
        assertThat(letter.key()).isEqualTo(otherShow.getBytes(UTF_8));
        settleBehind(otherShow);
        assertThat(outcomes.of(request)).containsOnly(first);
        assertThat(Db.count("select count(*) from bookings where show_id = ?", otherShow))
                .isZero();
    }

    @Test
    void refusesTheSameIdAcrossPartitionsInOneBatch() {
        String show = show("A1");
        String otherShow = show("A1");
        try (var _ = RunningSystem.workerPaused()) {
            Kafka.send(Kafka.command(request, show, user, "A1"));
            Kafka.send(Kafka.command(request, otherShow, user, "A1"));
        }
        Outcome first = outcome(request);
        await().atMost(10, SECONDS)
                .until(() -> deadLetters.records().stream()
                        .anyMatch(letter -> new String(letter.value(), UTF_8).contains(request.toString())));
        assertThat(outcomes.of(request)).containsOnly(first);
        assertThat(Db.count("select count(*) from bookings where request_id = ?", request))
                .isEqualTo(1);
    }

    /** The topic's clock counts, not the sender's. */
    @Test
    void rejectsWhatExpiredInTheQueue() {
        String show = show("A1");
        Map<String, Object> late = Kafka.command(request, show, user, "A1");
        late.put("expires_at", Instant.now().minusSeconds(1).toString());
        ProducerRecord<byte[], byte[]> record = Kafka.commandRecord(late);
        long senderSays = Instant.now().minusSeconds(3600).toEpochMilli();
        RecordMetadata place =
                Kafka.send(new ProducerRecord<>(Topics.COMMANDS, null, senderSays, record.key(), record.value()));
        assertThat(place.timestamp()).isGreaterThan(senderSays);

        assertThat(outcome(request).reason()).isEqualTo(Code.COMMAND_EXPIRED);
        UUID inTime = randomUUID();
        Map<String, Object> command = Kafka.command(inTime, show, user, "A1");
        command.put("expires_at", Instant.now().plusSeconds(60).toString());
        Kafka.send(command);
        assertThat(outcome(inTime).status()).isEqualTo(Status.CONFIRMED);
    }

    @Test
    void namesWhatIsMissingOrTaken() {
        String show = show("A1", "A2");
        Kafka.send(Kafka.command(randomUUID(), show, user, "A1"));
        Kafka.send(Kafka.command(request, show, user, "A1", "A2", "Z9"));
        Outcome rejected = outcome(request);
        assertThat(rejected.status()).isEqualTo(Status.REJECTED);
        assertThat(rejected.reason()).isEqualTo(Code.SEAT_NOT_FOUND);
        assertThat(rejected.conflicts())
                .containsExactlyInAnyOrder(
                        new Conflict("A1", Code.SEAT_BOOKED), new Conflict("Z9", Code.SEAT_NOT_FOUND));
        assertThat(API.seatMap(show)).containsEntry("A2", "AVAILABLE");

        UUID nowhere = randomUUID();
        Kafka.send(Kafka.command(nowhere, show(), user, "A1"));
        assertThat(outcome(nowhere).reason()).isEqualTo(Code.SHOW_NOT_FOUND);
    }

    @Test
    void decidesAndCountsWhatIsOnTheWrongPartition() {
        String show = show("A1");
        MeterRegistry meters = RunningSystem.WORKER.getBean(MeterRegistry.class);
        double before = meters.get("seatkeeper.commands.misplaced").counter().count();
        ProducerRecord<byte[], byte[]> record = Kafka.commandRecord(Kafka.command(request, show, user, "A1"));
        RecordMetadata right = Kafka.send(record);
        assertThat(outcome(request).status()).isEqualTo(Status.CONFIRMED);

        UUID misplaced = randomUUID();
        ProducerRecord<byte[], byte[]> second = Kafka.commandRecord(Kafka.command(misplaced, show, user, "A1"));
        Kafka.send(new ProducerRecord<>(Topics.COMMANDS, (right.partition() + 1) % 12, second.key(), second.value()));
        assertThat(outcome(misplaced).reason()).isEqualTo(Code.SEAT_BOOKED);
        await().untilAsserted(() -> assertThat(
                        meters.get("seatkeeper.commands.misplaced").counter().count())
                .isEqualTo(before + 1));
    }

    private Outcome outcome(UUID id) {
        await().atMost(20, SECONDS).until(() -> !outcomes.of(id).isEmpty());
        return outcomes.of(id).getFirst();
    }

    /** When this command of the same show is through, everything before it is too. */
    private void settleBehind(String show) {
        UUID last = randomUUID();
        Kafka.send(Kafka.command(last, show, user, "no-such-seat"));
        outcome(last);
    }

    private ConsumerRecord<byte[], byte[]> letter(RecordMetadata place) {
        await().atMost(20, SECONDS)
                .until(() -> deadLetters.records().stream().anyMatch(letter -> isFrom(letter, place)));
        return deadLetters.records().stream()
                .filter(letter -> isFrom(letter, place))
                .findFirst()
                .orElseThrow();
    }

    static boolean isFrom(ConsumerRecord<byte[], byte[]> letter, RecordMetadata place) {
        return header(letter, "source-topic").equals(Topics.COMMANDS)
                && header(letter, "source-partition").equals(String.valueOf(place.partition()))
                && header(letter, "source-offset").equals(String.valueOf(place.offset()));
    }

    static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), UTF_8);
    }
}
