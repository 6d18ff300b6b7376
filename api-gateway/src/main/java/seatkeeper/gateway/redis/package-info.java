/** Calls to Redis that nobody waits for one by one. */
@NullMarked
package seatkeeper.gateway.redis;

import org.jspecify.annotations.NullMarked;
