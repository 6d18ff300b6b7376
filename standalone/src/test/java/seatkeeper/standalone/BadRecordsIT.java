package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.show;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import seatkeeper.contract.Code;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.contract.Topics;

/** Everything a hostile or broken producer could think of, between good commands that must not notice. */
class BadRecordsIT {

    private static final int SEATS = 200;

    private final String show =
            show(IntStream.range(0, SEATS).mapToObj(i -> "A" + i).toArray(String[]::new));
    private final byte[] key = show.getBytes(UTF_8);

    /** A bad record; {@code request} is null where nobody could read it. */
    private record Bad(String name, UUID request, Code code, ProducerRecord<byte[], byte[]> record) {}

    private final List<Bad> bad = new ArrayList<>();

    @Test
    void holdNobodyUp() {
        collect();
        assertThat(bad).hasSizeGreaterThanOrEqualTo(50);
        List<UUID> good = new ArrayList<>();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < bad.size(); i++) {
            good.add(randomUUID());
            ProducerRecord<byte[], byte[]> command =
                    Kafka.commandRecord(Kafka.command(good.get(i), show, randomUUID(), "A" + i));
            // Good commands under hostile headers are good commands.
            Consumer<ProducerRecord<byte[], byte[]>> bomb = BOMBS.get(i % BOMBS.size());
            bomb.accept(command);
            records.add(command);
            records.add(bad.get(i).record);
        }
        try (Kafka.Reader outcomes = Kafka.outcomes();
                Kafka.Reader deadLetters = Kafka.deadLetters()) {
            List<RecordMetadata> places = Kafka.sendAll(records);
            Map<UUID, Outcome> decided = new HashMap<>();
            await().atMost(60, SECONDS).untilAsserted(() -> {
                outcomes.all().forEach(outcome -> decided.put(outcome.requestId(), outcome));
                assertThat(decided.keySet()).containsAll(good);
            });
            assertThat(good)
                    .allSatisfy(id -> assertThat(decided.get(id).status()).isEqualTo(Status.CONFIRMED));
            await().atMost(20, SECONDS)
                    .untilAsserted(() -> assertThat(deadLetters.records()).hasSizeGreaterThanOrEqualTo(bad.size()));
            for (int i = 0; i < bad.size(); i++) {
                check(bad.get(i), places.get(2 * i + 1), deadLetters.records(), decided);
            }
            assertThat(deadLetters.records()).as("each once, and no good one").hasSize(bad.size());
        }
        assertThat(RunningSystem.WORKER.isActive()).isTrue();
        assertThat(RunningSystem.WORKER
                        .getBean(ConcurrentMessageListenerContainer.class)
                        .isRunning())
                .isTrue();
        InvariantsIT.audit(show);
    }

    private static void check(
            Bad bad, RecordMetadata place, List<ConsumerRecord<byte[], byte[]>> letters, Map<UUID, Outcome> decided) {
        ConsumerRecord<byte[], byte[]> letter = letters.stream()
                .filter(candidate -> CommandsIT.isFrom(candidate, place))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no dead letter for " + bad.name));
        assertThat(CommandsIT.header(letter, "code")).as(bad.name).isEqualTo(bad.code.name());
        assertThat(letter.key()).as(bad.name).isEqualTo(bad.record.key());
        assertThat(letter.value()).as(bad.name).isEqualTo(bad.record.value());
        assertThat(letter.headers().toArray().length).as(bad.name).isLessThan(20);
        if (bad.request != null) {
            assertThat(decided).as(bad.name).containsKey(bad.request);
            assertThat(decided.get(bad.request).status()).as(bad.name).isEqualTo(Status.REJECTED);
            assertThat(decided.get(bad.request).reason()).as(bad.name).isEqualTo(bad.code);
        }
    }

    private void collect() {
        notJson();
        wrongFields();
        wrongIds();
        wrongKeys();
        for (int i = 0; i < BOMBS.size(); i++) {
            ProducerRecord<byte[], byte[]> record = raw("bomb " + i, "boom".getBytes(UTF_8));
            BOMBS.get(i).accept(record);
        }
    }

    private void notJson() {
        String good = Api.json(Kafka.command(randomUUID(), show, randomUUID(), "A0"));
        raw("null value", null);
        raw("empty", new byte[0]);
        raw("blank", "   ".getBytes(UTF_8));
        raw("NUL", new byte[1]);
        raw("null literal", "null".getBytes(UTF_8));
        raw("array", "[]".getBytes(UTF_8));
        raw("string", "\"confirm_booking\"".getBytes(UTF_8));
        raw("number", "42".getBytes(UTF_8));
        raw("text", "hello".getBytes(UTF_8));
        raw("truncated", good.substring(0, good.length() / 2).getBytes(UTF_8));
        raw("without end", good.substring(0, good.length() - 1).getBytes(UTF_8));
        raw("trailing token", (good + " {}").getBytes(UTF_8));
        raw("trailing comma", good.replace("}", ",}").getBytes(UTF_8));
        raw("twice", (good + good).getBytes(UTF_8));
        raw(
                "duplicate key",
                good.replace("{\"version\"", "{\"version\":1,\"version\"").getBytes(UTF_8));
        raw(
                "duplicate request_id",
                good.replace("{\"version\"", "{\"request_id\":1,\"version\"").getBytes(UTF_8));
        raw("single quotes", good.replace('"', '\'').getBytes(UTF_8));
        raw("comment", ("/* hi */" + good).getBytes(UTF_8));
        raw("NaN", good.replace(":1,", ":NaN,").getBytes(UTF_8));
        raw("UTF-16", good.getBytes(UTF_16));
        raw("invalid UTF-8", good.replace("A0", "\u00ff").getBytes(ISO_8859_1));
        raw("overlong UTF-8", HexFormat.of().parseHex("7b22c0af223a317d"));
        raw("lone surrogate in UTF-8", HexFormat.of().parseHex("7b22eda080223a317d"));
        raw("random bytes", HexFormat.of().parseHex("00ff13374711deadbeef"));
        raw("deep arrays", "[".repeat(30_000).getBytes(UTF_8));
        raw("deep objects", "{\"a\":".repeat(10_000).getBytes(UTF_8));
        raw(
                "deep inside",
                good.replace("}", ",\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}")
                        .getBytes(UTF_8));
        raw("huge number", good.replace(":1,", ":" + "9".repeat(50_000) + ",").getBytes(UTF_8));
        raw("huge exponent", good.replace(":1,", ":1e999999999,").getBytes(UTF_8));
        raw("huge name", good.replace("{", "{\"" + "n".repeat(60_000) + "\":1,").getBytes(UTF_8));
        raw("almost 1 MiB", "x".repeat((1 << 20) - 1_000).getBytes(UTF_8));
        raw(
                "almost 1 MiB of JSON",
                good.replace("}", ",\"x\":\"" + "y".repeat(1_000_000) + "\"}").getBytes(UTF_8));
        raw("1 MB of zeros", new byte[1_000_000]);
    }

    private void wrongFields() {
        field("unknown version", Code.UNSUPPORTED_VERSION, "version", 2);
        field("version 0", Code.UNSUPPORTED_VERSION, "version", 0);
        field("negative version", Code.UNSUPPORTED_VERSION, "version", -1);
        field("version of text", "version", "1");
        field("version with a fraction", "version", 1.5);
        field("version too large", "version", Long.MAX_VALUE);
        field("no version", "version", null);
        field("unknown type", "type", "cancel_everything");
        field("type of another kind", "type", List.of("confirm_booking"));
        field("no type", "type", null);
        field("seats of text", "seat_ids", "A0");
        field("seats of numbers", "seat_ids", List.of(1, 2));
        field("null seat", "seat_ids", Collections.singletonList(null));
        field("no seats", "seat_ids", null);
        field("empty seats", "seat_ids", List.of());
        field("duplicate seats", "seat_ids", List.of("A0", "A0"));
        field(
                "too many seats",
                "seat_ids",
                IntStream.range(0, 51).mapToObj(i -> "A" + i).toList());
        field("nested seats", "seat_ids", List.of(List.of("A0")));
        field("seat with NUL", "seat_ids", List.of("A\u0000"));
        field("seat with lone surrogate", "seat_ids", List.of("\\ud800"));
        field("seat with comma", "seat_ids", List.of("A0,A1"));
        field("long seat", "seat_ids", List.of("A".repeat(65)));
        field("empty seat", "seat_ids", List.of(""));
        field("user of text", "user_id", "me");
        field("short user", "user_id", "1-1-1-1-1");
        field("user of numbers", "user_id", 7);
        field("no user", "user_id", null);
        field("no time", "submitted_at", null);
        field("time of numbers", "submitted_at", 1_700_000_000);
        field("local time", "submitted_at", "2026-01-31T12:00:00");
        field("far time", "submitted_at", "+1000000000-12-31T23:59:59.999999999Z");
        field("time before time", "submitted_at", "-1000000000-01-01T00:00:00Z");
        field("no such day", "expires_at", "2026-02-30T12:00:00Z");
        field("endless", "expires_at", "never");
        field("endless number", "expires_at", 1.5e18);
    }

    private void wrongIds() {
        for (Object id : List.of("", "x", "1-1-1-1-1", 42, Map.of(), randomUUID() + "0", "\u0000")) {
            Map<String, Object> command = Kafka.command(randomUUID(), show, randomUUID(), "A0");
            command.put("request_id", id);
            raw("request_id " + id, Api.json(command).getBytes(UTF_8));
        }
        for (Object id : List.of("", "a b", "a{b}", "a:b", "ä", "s".repeat(65), 42, "\u0000", "a\n")) {
            field("show_id " + id, "show_id", id);
        }
        field("no show", "show_id", null);
    }

    private void wrongKeys() {
        keyed("null key", null);
        keyed("empty key", new byte[0]);
        keyed("other key", (show + "x").getBytes(UTF_8));
        keyed("UTF-16 key", show.getBytes(UTF_16));
        keyed("binary key", new byte[] {0, -1, -2});
    }

    private static final List<Consumer<ProducerRecord<byte[], byte[]>>> BOMBS = List.of(
            _ -> {},
            record -> header(record, "spring_json_header_types", "{\"x\":\"java.lang.Runtime\",\"y\":[]}"),
            record -> header(record, "spring_json_header_types", "not json"),
            record -> header(record, "spring_json_header_types", "[".repeat(100_000)),
            record ->
                    header(record, "__TypeId__", "org.springframework.context.support.ClassPathXmlApplicationContext"),
            record -> header(record, "kafka_dlt-original-offset", "x"),
            record -> header(record, "retry_topic-attempts", ""),
            record -> header(record, "kafka_deliveryAttempt", "1"),
            record -> header(record, "springDeserializerExceptionValue", "\u00ac\u00ed\u0000\u0005"),
            record -> record.headers().add("null-value", null),
            record -> header(record, "", "nameless"),
            record -> header(record, "b3", "x".repeat(10_000)),
            record -> header(record, "traceparent", "00-" + "f".repeat(1_000)),
            record -> header(record, "code", "CONFIRMED"),
            record -> IntStream.range(0, 5_000).forEach(i -> header(record, "h" + i, "{\"a\":")));

    private static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
        record.headers().add(name, value.getBytes(UTF_8));
    }

    private ProducerRecord<byte[], byte[]> raw(String name, byte[] value) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(Topics.COMMANDS, key, value);
        bad.add(new Bad(name, null, Code.INVALID_COMMAND, record));
        return record;
    }

    private void field(String name, String field, Object value) {
        field(name, Code.INVALID_COMMAND, field, value);
    }

    /** A null value leaves the field out. */
    private void field(String name, Code code, String field, Object value) {
        UUID request = randomUUID();
        Map<String, Object> command = new LinkedHashMap<>(Kafka.command(request, show, randomUUID(), "A0"));
        if (value == null) {
            command.remove(field);
        } else {
            command.put(field, value);
        }
        // A lone surrogate can only be written as its escape.
        byte[] json = Api.json(command).replace("\\\\ud800", "\\ud800").getBytes(UTF_8);
        bad.add(new Bad(name, request, code, new ProducerRecord<>(Topics.COMMANDS, key, json)));
    }

    private void keyed(String name, byte[] wrongKey) {
        UUID request = randomUUID();
        byte[] json = Api.json(Kafka.command(request, show, randomUUID(), "A0")).getBytes(UTF_8);
        bad.add(new Bad(name, request, Code.INVALID_COMMAND, new ProducerRecord<>(Topics.COMMANDS, wrongKey, json)));
    }
}
