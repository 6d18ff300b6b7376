package seatkeeper.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What a booking cannot do without, one at a time and nothing around it. */
final class BareSteps implements AutoCloseable {

    private static final String TOPIC = "bench.round-trips";

    private final Connection connection;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;

    BareSteps(Drain drain) throws SQLException, ExecutionException, InterruptedException {
        Map<String, Object> server =
                Map.of("bootstrap.servers", drain.servers().kafka().bootstrapServers());
        try (Admin admin = Admin.create(server)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, Optional.of(1), Optional.empty())))
                    .all()
                    .get();
        }
        connection = drain.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table bench_commits (n bigint)");
        }
        connection.setAutoCommit(false);
        producer = new KafkaProducer<>(server, new ByteArraySerializer(), new ByteArraySerializer());
        consumer = new KafkaConsumer<>(server, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
        consumer.seekToBeginning(consumer.assignment());
    }

    /** From producing a record, acknowledged by all, to having it consumed; the median. */
    double roundTripMillis(int times) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            var _ = producer.send(new ProducerRecord<>(TOPIC, new byte[300]));
            while (consumer.poll(Duration.ofSeconds(1)).isEmpty()) {
                // Not yet there.
            }
            millis.add((System.nanoTime() - start) / 1e6);
        }
        return Measured.median(millis);
    }

    /** A transaction of one row; the median. */
    double commitMillis(int times) throws SQLException {
        List<Double> millis = new ArrayList<>();
        try (PreparedStatement insert = connection.prepareStatement("insert into bench_commits values (1)")) {
            for (int i = 0; i < times; i++) {
                long start = System.nanoTime();
                insert.executeUpdate();
                connection.commit();
                millis.add((System.nanoTime() - start) / 1e6);
            }
        }
        return Measured.median(millis);
    }

    @Override
    public void close() throws SQLException {
        try (connection;
                producer;
                consumer) {}
    }
}
