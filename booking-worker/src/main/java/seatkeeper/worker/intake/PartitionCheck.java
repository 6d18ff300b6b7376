package seatkeeper.worker.intake;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Topics;

/**
 * Notices commands that are not on the partition murmur2(show_id) names: some client uses another partitioner
 * (librdkafka's default is CRC32), and the order of that show's commands is not what it believes. They are still
 * decided rightly, the tables see to that.
 */
@Component
class PartitionCheck {

    private final KafkaOperations<byte[], byte[]> kafka;

    PartitionCheck(KafkaOperations<byte[], byte[]> kafka) {
        this.kafka = kafka;
    }

    boolean isMisplaced(ConsumerRecord<byte[], byte[]> record) {
        // From the producer's cached metadata, so that added partitions are noticed without asking the broker each
        // time.
        int partitions = kafka.partitionsFor(Topics.COMMANDS).size();
        return BuiltInPartitioner.partitionForKey(record.key(), partitions) != record.partition();
    }
}
