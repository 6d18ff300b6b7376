/** From Kafka's bytes to decided batches: the listener, the one transaction boundary, dead letters, outcomes out. */
@NullMarked
package seatkeeper.worker.intake;

import org.jspecify.annotations.NullMarked;
