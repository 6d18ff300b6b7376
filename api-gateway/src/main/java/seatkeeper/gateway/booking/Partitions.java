package seatkeeper.gateway.booking;

import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** The partitions of a topic. */
final class Partitions {

    private Partitions() {}

    /**
     * As the broker says; {@code partitionsFor} may answer with what it was before partitions were added.
     *
     * @throws KafkaException when there is no such topic, or no broker
     */
    static List<TopicPartition> of(Consumer<?, ?> consumer, String topic) {
        List<TopicPartition> partitions = consumer.listTopics().getOrDefault(topic, List.of()).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("there is no topic " + topic + " yet; a booking-worker creates it");
        }
        return partitions;
    }
}
