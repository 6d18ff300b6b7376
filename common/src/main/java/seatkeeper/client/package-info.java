/**
 * A small client for Java: commands to Kafka, or bookings over HTTP. Needs nothing but the JDK and the JSON of the
 * contract; {@link seatkeeper.client.CommandProducer} also kafka-clients.
 */
@NullMarked
package seatkeeper.client;

import org.jspecify.annotations.NullMarked;
