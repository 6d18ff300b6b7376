/** The api-gateway: leases taken in Redis, confirm commands published to Kafka, outcomes brought back to who waits. */
@NullMarked
package seatkeeper.gateway;

import org.jspecify.annotations.NullMarked;
