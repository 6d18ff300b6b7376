/** Kafka, PostgreSQL and Redis on this machine: no installation, real servers, data that outlives them. */
@NullMarked
package seatkeeper.standalone.servers;

import org.jspecify.annotations.NullMarked;
