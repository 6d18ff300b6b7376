package seatkeeper.worker.intake;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.ProducerFactory;
import seatkeeper.contract.Topics;

/**
 * Sends dead letters back to the commands, with the keys they had: {@code replay-dead-letters [--from=<instant>]
 * [--show=<show_id>] [--code=<code>] [--dry-run]}. For when what was wrong with the worker has been mended.
 *
 * <p>Safe to repeat: the place it came to is committed after the brokers have what was sent, in a group of its own; a
 * letter that came back for a second time stays, as does one whose request_id could be read, for its request is REJECTED;
 * and what is sent twice all the same is decided once. A run that picks commits no further than the first letter it
 * passed over.
 */
public final class DeadLetterReplay {

    public static final String COMMAND = "replay-dead-letters";

    private static final String GROUP = "booking-dead-letter-replay";

    private DeadLetterReplay() {}

    /** Kafka as the worker has it, and nothing else of a worker. */
    @ImportAutoConfiguration({KafkaAutoConfiguration.class, SslAutoConfiguration.class})
    private static final class Settings {}

    /** What became of the letters; {@code left}: passed over, or not worth sending. */
    public record Result(int replayed, int left) {}

    @SuppressWarnings("SystemOut")
    static void print(String line) {
        System.out.println(line);
    }

    /** The command as a process: the status it ends with. What went wrong is told in one line. */
    @SuppressWarnings("SystemOut")
    public static int status(String... args) {
        try {
            run(args);
            return 0;
        } catch (KafkaException | DateTimeParseException e) {
            System.err.println(Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
                    .map(Throwable::getMessage)
                    .collect(Collectors.joining(": ", COMMAND + ": ", "")));
            return 1;
        }
    }

    /**
     * Does it.
     *
     * @param args of the command; every other one is a setting of the worker
     * @throws KafkaException naming the brokers
     */
    public static Result run(String... args) {
        SimpleCommandLinePropertySource options = new SimpleCommandLinePropertySource(args);
        Wanted wanted = new Wanted(
                options.containsProperty("from") ? Instant.parse(options.getProperty("from")) : Instant.MIN,
                options.getProperty("show"),
                options.getProperty("code"));
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Settings.class)
                .web(WebApplicationType.NONE)
                .properties("spring.config.name=booking-worker,application")
                .run(args)) {
            Result result = replay(context, wanted, options.containsProperty("dry-run"));
            print("%d dead letters sent back to %s, %d left".formatted(result.replayed, Topics.COMMANDS, result.left));
            return result;
        }
    }

    private record Wanted(
            Instant from, @Nullable String show, @Nullable String code) {

        boolean has(ConsumerRecord<byte[], byte[]> letter) {
            return !Instant.ofEpochMilli(letter.timestamp()).isBefore(from)
                    && (show == null || show.equals(text(letter.key())))
                    && (code == null || code.equals(header(letter, "code")));
        }
    }

    @SuppressWarnings("unchecked")
    private static Result replay(ConfigurableApplicationContext context, Wanted wanted, boolean dryRun) {
        ConsumerFactory<byte[], byte[]> consumers = context.getBean(ConsumerFactory.class);
        ProducerFactory<byte[], byte[]> producers = context.getBean(ProducerFactory.class);
        Properties settings = new Properties();
        settings.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.setProperty(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "10000");
        try (Consumer<byte[], byte[]> consumer = consumers.createConsumer(GROUP, null, null, settings);
                Producer<byte[], byte[]> producer = producers.createNonTransactionalProducer()) {
            return replay(consumer, producer, wanted, dryRun);
        } catch (KafkaException e) {
            String servers = context.getEnvironment().getProperty("spring.kafka.bootstrap-servers");
            throw new KafkaException("Kafka at " + servers, e);
        }
    }

    private static Result replay(
            Consumer<byte[], byte[]> consumer, Producer<byte[], byte[]> producer, Wanted wanted, boolean dryRun) {
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.DEAD_LETTERS).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .collect(Collectors.toList());
        consumer.assign(partitions);
        // What this run brings back to the topic is not for this run.
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> passedOver = new HashMap<>();
        int replayed = 0;
        int left = 0;
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            List<Future<?>> sent = new ArrayList<>();
            Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
            for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(Duration.ofSeconds(1))) {
                TopicPartition partition = new TopicPartition(letter.topic(), letter.partition());
                if (letter.offset() >= ends.getOrDefault(partition, 0L)) {
                    continue;
                }
                if (!wanted.has(letter)) {
                    passedOver.putIfAbsent(partition, letter.offset());
                    left++;
                } else if (stays(letter)) {
                    print("left     " + describe(letter));
                    left++;
                } else {
                    print((dryRun ? "would be " : "replayed ") + describe(letter));
                    if (!dryRun) {
                        sent.add(producer.send(command(letter)));
                    }
                    replayed++;
                }
                if (!passedOver.containsKey(partition)) {
                    done.put(partition, new OffsetAndMetadata(letter.offset() + 1));
                }
            }
            await(sent);
            if (!dryRun && !done.isEmpty()) {
                consumer.commitSync(done);
            }
        }
        return new Result(dryRun ? 0 : replayed, dryRun ? left + replayed : left);
    }

    /** Without value; back for a second time; or decided, and so for good: that needs a new request_id. */
    private static boolean stays(ConsumerRecord<byte[], byte[]> letter) {
        return letter.value() == null
                || letter.headers().lastHeader(DeadLetter.REPLAYED) != null
                || letter.headers().lastHeader(DeadLetter.REQUEST_ID) != null;
    }

    private static ProducerRecord<byte[], byte[]> command(ConsumerRecord<byte[], byte[]> letter) {
        ProducerRecord<byte[], byte[]> command = new ProducerRecord<>(Topics.COMMANDS, letter.key(), letter.value());
        command.headers().add(DeadLetter.REPLAYED, "true".getBytes(StandardCharsets.UTF_8));
        return command;
    }

    private static void await(List<Future<?>> sent) {
        try {
            for (Future<?> send : sent) {
                send.get();
            }
        } catch (ExecutionException e) {
            throw new KafkaException("not all could be sent; the same command again goes on from there", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; the same command again goes on from there", e);
        }
    }

    private static String describe(ConsumerRecord<byte[], byte[]> letter) {
        return "partition=%d offset=%d show_id=%s code=%s request_id=%s"
                .formatted(
                        letter.partition(),
                        letter.offset(),
                        printable(text(letter.key())),
                        header(letter, "code"),
                        header(letter, DeadLetter.REQUEST_ID));
    }

    /** A key may hold anything, line breaks included. */
    private static @Nullable String printable(@Nullable String text) {
        return text == null ? null : text.replaceAll("[^!-~]", "?");
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        var header = letter.headers().lastHeader(name);
        return header == null ? null : printable(text(header.value()));
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
