/** Connections to Postgres, which many callers share. */
@NullMarked
package seatkeeper.gateway.postgres;

import org.jspecify.annotations.NullMarked;
